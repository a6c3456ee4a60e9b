"""`probe incidents` and `probe ack`, as a person on call uses them, on both kinds of store."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from probe.model import alert as alerts
from probe.model.rule import Subject, SubjectKind
from probe.model.sensitive import Sensitive
from probe.model.units import MINUTE, SECOND, from_iso
from probe.store import open_store
from tests.contract.alerting import ME, alert, decision, entered, plan
from tests.e2e.daemon import PATIENCE, Run, daemon, run_probe, write_checks
from tests.fakes.servers import Behaviour, answers, ok, read_request, serving

START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
CHECKS = "home: {get: /, interval: 1m}\nlist: {get: /list, interval: 1m, confirm: {runs: 2}}"


def at(minute: int) -> str:
    return f"{START + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ}"


def lines(history: str, check: str = "shop/home") -> str:
    """A letter a minute: `u` up, `d` down; a blank is a slot of which there is nothing."""
    told: Mapping[str, Mapping[str, object]] = {
        "u": {"state": "up", "http_status": 200},
        "d": {"state": "down", "failure": "assertion", "detail": "status == 200: \x1b[31m500", "http_status": 500},
    }
    return "\n".join(
        json.dumps({"check": check, "scheduled_at": at(minute), "interval_ms": 60_000, **told[letter]})
        for minute, letter in enumerate(history)
        if letter != " "
    )


class Stage:
    """A folder with a file of checks, and a store."""

    def __init__(self, folder: Path, url: Sensitive) -> None:
        self._folder = folder
        self._store = url.reveal()

    async def run(self, *arguments: str) -> Run:
        return await run_probe(*arguments, folder=self._folder, PROBE_STORE=self._store)

    async def fine(self, *arguments: str) -> str:
        run = await self.run(*arguments)
        assert (run.status, run.errors) == (0, "")
        return run.output

    async def imported(self, *histories: str) -> None:
        (self._folder / "old.ndjson").write_text("\n".join(histories))
        await self.fine("import", "results", "old.ndjson")

    async def told(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.fine("incidents", *arguments, "--format", "json"))
        return found

    async def borders(self) -> list[tuple[str, str | None]]:
        return [(each["start"], each["end"]) for each in (await self.told())["incidents"]]


@pytest.fixture
def stage(url: Sensitive, tmp_path: Path) -> Stage:
    write_checks(tmp_path, "http://127.0.0.1:1", CHECKS, more="timezone: UTC")
    return Stage(tmp_path, url)


async def test_the_log_tells_what_was_down_and_what_is(stage: Stage) -> None:
    await stage.imported(lines("uuudddu"), lines("uudududdd", "shop/list"))
    text = (await stage.fine("incidents")).splitlines()
    assert [line.split()[:4] for line in text[1:]] == [
        ["✖", "open", "shop/list", at(6)],
        ["●", "recovered", "shop/home", at(3)],
    ]
    assert "status == 200: ␛[31m500" in text[1]
    told = (await stage.told("--api", "shop"))["incidents"]
    assert [(each["state"], each["detected_after_seconds"], each["cause"]["failure"]) for each in told] == [
        ("open", 60, "assertion"), ("recovered", 0, "assertion"),
    ]  # fmt: skip
    assert (told[1]["duration_seconds"], told[1]["down_slots"]) == (180, 3)
    table = list(csv.DictReader(io.StringIO(await stage.fine("incidents", "--format", "csv"), newline="")))
    assert [(row["ref"], row["end"]) for row in table] == [(told[0]["ref"], ""), (told[1]["ref"], at(6))]


async def test_a_script_can_ask_whether_something_is_down(stage: Stage) -> None:
    await stage.imported(lines("uuudddu"), lines("uuddd", "shop/list"))
    assert (await stage.run("incidents", "--open")).status == 1
    run = await stage.run("incidents", "--open", "--check", "shop/home")
    assert (run.status, run.output) == (0, "no incident is open\n")


async def test_one_is_taken_on_once_and_what_is_said_is_told(stage: Stage) -> None:
    await stage.imported(lines("uuuddd"))
    said = await stage.fine("ack", "shop/home", "looking into it", "--author", "ada")
    assert said == f"shop/home@{at(3)} acknowledged by ada\n"
    again = await stage.fine("ack", f"shop/home@{at(4)}", "--author", "bob")
    assert again.startswith(f"shop/home@{at(3)} was acknowledged already, by ada at ")
    await stage.fine("incidents", "note", "shop/home", "it was\tthe disk", "--author", "bob")
    shown = await stage.fine("incidents", "show", f"shop/home@{at(5)}")
    assert "ada: looking into it" in shown
    assert "bob: it was the disk" in shown
    whole = await stage.told("show", "shop/home")
    assert [each["what"] for each in whole["updates"]] == ["opened", "acknowledged", "noted"]
    assert (whole["acknowledged"]["by"], [each["by"] for each in whole["notes"]]) == ("ada", ["bob"])
    assert whole["acknowledged_after_seconds"] > 0
    assert whole["evidence"][0]["detail"] == "status == 200: \x1b[31m500"


async def test_it_tells_whom_the_alerts_of_an_incident_were_told_and_why_not(stage: Stage, url: Sensitive) -> None:
    await stage.imported(lines("uuuddd"))
    its_start = from_iso(at(3))
    told = alert(subject=Subject(SubjectKind.CHECK, "shop/home"), since=its_start, fired_at=its_start + SECOND)
    silenced = decision(
        told, stage=alerts.Stage.SILENCE, outcome=alerts.Outcome.SUPPRESSED, channel="ops", reason="silence\x1b s1"
    )
    with open_store(url) as store:
        assert store.alerts.lease(ME, now=its_start, until=its_start + MINUTE)
        entry = entered(plan=plan(told, decisions=(decision(told), silenced)))
        store.alerts.enter(entry, holder=ME, now=its_start)
    shown = (await stage.fine("incidents", "show", "shop/home")).splitlines()
    (row,) = (line for line in shown if "suppressed" in line)
    assert row.split() == [at(3)[:-2] + "1Z", "down", "suppressed", "ops", "silence␛", "s1"]
    (found,) = (await stage.told("show", "shop/home"))["alerts"]
    assert (found["id"], found["rule"], found["resolved_at"]) == (told.id, "down", None)
    assert [(each["outcome"], each["channel"]) for each in found["decisions"]] == [
        ("fired", None), ("suppressed", "ops"),
    ]  # fmt: skip


async def test_a_moment_to_the_second_means_all_of_that_second(stage: Stage) -> None:
    start = at(3).replace("Z", ".153832Z")
    await stage.imported(lines("uuuddd").replace(at(3), start))
    assert at(3) in await stage.fine("incidents")
    said = await stage.fine("ack", f"shop/home@{at(3)}", "--author", "ada")
    assert said == f"shop/home@{start} acknowledged by ada\n"


async def test_late_results_put_history_right_and_what_was_said_stays_where_it_belongs(stage: Stage) -> None:
    await stage.imported(lines("uu dddd"), lines("uudd  uu", "shop/list"))
    await stage.fine("ack", f"shop/home@{at(3)}", "--author", "ada")
    await stage.fine("incidents", "note", f"shop/list@{at(2)}", "odd", "--author", "bob")
    assert await stage.borders() == [(at(3), None), (at(2), at(6))]
    await stage.imported(lines("  d    uuu"), lines("    u ", "shop/list"))
    assert await stage.borders() == [(at(2), at(7)), (at(2), at(4))]
    home, listed = (await stage.told())["incidents"]
    assert (home["acknowledged"]["by"], listed["notes"][0]["text"]) == ("ada", "odd")


async def test_what_was_said_of_one_that_was_none_is_told(stage: Stage) -> None:
    await stage.imported(lines("uud duu", "shop/list"))
    await stage.fine("incidents", "note", f"shop/list@{at(2)}", "odd", "--author", "bob")
    await stage.imported(lines("   u", "shop/list"))
    run = await stage.run("incidents")
    assert (run.status, run.output) == (0, "there was no incident\n")
    assert run.errors == (
        f"note by bob of shop/list at {at(2)}: odd: there is no incident there any more, results that came late say otherwise\n"
    )
    assert (await stage.told())["orphaned"][0]["by"] == "bob"


REFUSED = (
    (("incidents", "show", "shop/hom"), 'neither the file nor the store has the check "shop/hom"; did you mean "shop/home"?'),
    (("ack", "shop/home"), f"shop/home has no open incident; the nearest is shop/home@{at(1)}"),
    (("ack", f"shop/home@{at(0)}"), f"shop/home has no incident at {at(0)}; the nearest is shop/home@{at(1)}"),
    (("ack", "shop/home@noon"), 'shop/home@noon: "noon" is neither a date, such as 2026-11-01, nor a moment'),
    (("ack", "shop/home@2999-01-01"), "shop/home@2999-01-01 lies in the future"),
    (("ack", "shop/home@0001-01-01T00:00:00-14:00"), '"0001-01-01T00:00:00-14:00" lies before 1900'),
    (("incidents", "--day", "0001-01-03"), "the period begins before 1900"),
    (("ack", "x" * 5_000), f'has the API or check "{"x" * 200}"'),
    (("ack", "shop/\x1b[2Jhome"), 'has the check "shop/␛[2Jhome"'),
    (("ack", f"shop/home@{at(1)}", "--author", "a\nb"), "--author must be 1 to "),
    (("incidents", "note", f"shop/home@{at(1)}", " "), "there is nothing to write down: TEXT is empty"),
    (("incidents", "note", f"shop/home@{at(1)}", "x" * 4_001), "TEXT is at most 4,000 characters long; found 4,001"),
    (("incidents", "--format", "xml"), 'takes table or json or csv; found "xml"'),
    (("incidents", "--location", "mars"), 'neither the file nor the store has the location "mars"'),
)  # fmt: skip


async def test_what_can_not_be_is_told_in_a_line(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", CHECKS, more="timezone: UTC")
    stage = Stage(tmp_path, Sensitive.plain(f"sqlite:///{tmp_path}/probe.db"))
    await stage.imported(lines("udu"))
    for arguments, message in REFUSED:
        run = await stage.run(*arguments)
        assert (run.status, run.output) == (2, ""), arguments
        assert message in run.errors
        assert run.errors.count("\n") == 1


async def failing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers 500 with a secret in it."""
    await read_request(reader)
    writer.write(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 17\r\n\r\ntoken=hunter2hunt")
    await writer.drain()


async def test_a_server_that_fails_is_an_incident_while_it_does(url: Sensitive, tmp_path: Path) -> None:
    stage = Stage(tmp_path, url)
    behaviour: Behaviour = failing

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await behaviour(reader, writer)

    async with serving(behave) as server:
        write_checks(
            tmp_path, server.url(""),
            "home: {get: /, interval: 1s, timeout: 500ms, confirm: {retries: 0, runs: 2}}", more="timezone: UTC", every="1d",
        )  # fmt: skip
        async with daemon(tmp_path, PROBE_STORE=url.reveal()) as running:
            await running.says("shop/home is down")
            await until(stage, "incidents", "--open", status=1)
            await stage.fine("ack", "shop/home", "--author", "ada")
            shown = await stage.fine("incidents", "show", "shop/home")
            assert "expectations not met" in shown
            assert "status < 400: 500" in shown
            assert "HTTP/1.1 500" in shown
            assert "hunter2hunt" not in shown
            behaviour = answers(ok(b"fine"))
            await until(stage, "incidents", "--open", status=0)
            assert await running.end() == 0
    (told,) = (await stage.told())["incidents"]
    assert (told["state"], told["acknowledged"]["by"]) == ("recovered", "ada")
    assert told["start"] < told["detected"] < told["end"]


async def until(stage: Stage, *arguments: str, status: int) -> None:
    """Until a command ends so; a test that waits for ever is ended."""
    async with asyncio.timeout(PATIENCE):
        while (await stage.run(*arguments)).status != status:
            pass
