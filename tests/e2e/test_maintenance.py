"""`probe maintenance`, as a person calls it while the daemon runs, on both kinds of store."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from probe.model.sensitive import Sensitive
from tests.e2e import daemon as e2e
from tests.e2e.daemon import Run, daemon, run_probe

NOWHERE = "http://127.0.0.1:1"
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=5)
PERIOD = ("--from", f"{START:%Y-%m-%dT%H:%M:%SZ}", "--to", f"{START + timedelta(hours=4):%Y-%m-%dT%H:%M:%SZ}")

write_checks = partial(e2e.write_checks, every="1d")  # nobody looks at the report here


async def fine(folder: Path, url: Sensitive, *arguments: str) -> str:
    run = await run_probe(*arguments, folder=folder, PROBE_STORE=url.reveal())
    assert (run.status, run.errors) == (0, "")
    return run.output


def at(hour: int) -> str:
    return f"{START + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}"


def line(minute: int) -> str:
    """A result each minute; those of the second hour are down."""
    told: dict[str, object] = {"state": "down", "failure": "timeout"} if 60 <= minute < 120 else {"state": "up"}
    moment = START + timedelta(minutes=minute)
    return json.dumps({"check": "shop/home", "scheduled_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}", **told})


async def test_figures_follow_what_is_declared_afterwards(url: Sensitive, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}", more="timezone: UTC")
    (tmp_path / "old.ndjson").write_text("\n".join(map(line, range(240))))
    await fine(tmp_path, url, "import", "results", "old.ndjson")

    async def availability() -> tuple[float, float]:
        told = json.loads(await fine(tmp_path, url, "sla", *PERIOD, "--format", "json"))
        return told["checks"][0]["availability"], told["checks"][0]["maintenance_seconds"]

    assert await availability() == (0.75, 0)
    declared = await fine(tmp_path, url, "maintenance", "add", "move", "--api", "shop", "--from", at(1), "--for", "30m")
    assert declared.splitlines()[1] == f"it reaches back: figures of {at(1)} and later change with it"
    assert await availability() == (180 / 210, 1800)
    await fine(tmp_path, url, "maintenance", "end", "move", "--at", at(0))
    assert await availability() == (0.75, 0)


NIGHTLY = 'maintenance: [{name: nightly, on: all, daily: {times: "02:00-04:00"}}]'
LONGER = NIGHTLY.replace("04:00", "05:00")


async def test_windows_are_declared_and_ended_while_the_daemon_runs(url: Sensitive, tmp_path: Path) -> None:
    checks = "home: {get: /, interval: 1s}"
    write_checks(tmp_path, NOWHERE, checks, more=NIGHTLY)
    async with daemon(tmp_path, PROBE_STORE=url.reveal()) as running:
        await running.says("maintenance window added in the file")
        await running.says("shop/home is down")
        await fine(tmp_path, url, "maintenance", "add", "deploy", "--all", "--author", "alice")
        await fine(tmp_path, url, "maintenance", "end", "deploy", "--author", "bob")
        write_checks(tmp_path, NOWHERE, checks, more=LONGER)
        running.send(signal.SIGHUP)
        await running.says("maintenance window changed in the file")
        await running.says("reloaded")
        listed = await fine(tmp_path, url, "maintenance", "list", "--format", "json")
        log = await fine(tmp_path, url, "maintenance", "log", "--format", "json")
        assert await running.end() == 0
    (window,) = json.loads(listed)
    assert (window["name"], window["origin"]) == ("nightly", "file")
    assert [(change["action"], change["by"], change["location"]) for change in json.loads(log)] == [
        ("added", "checks.yaml", "default"),
        ("declared", "alice", None),
        ("ended", "bob", None),
        ("changed", "checks.yaml", "default"),
    ]


async def test_what_is_wrong_is_told_in_a_line(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")

    async def refused(*arguments: str) -> Run:
        run = await run_probe("maintenance", *arguments, folder=tmp_path)
        assert (run.output, run.errors.count("\n")) == ("", 1)
        return run

    assert (await refused("add", "deploy", "--all")).status == 3
    assert (await refused("list")).status == 3
    assert not (tmp_path / "probe.db").exists()
    assert (await refused("end", "deploy", "--at", "soon")).status == 2
