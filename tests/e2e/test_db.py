"""`probe db`: the store looked after from the command line."""

from __future__ import annotations

import json
import os
import re
import stat
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, HOUR, MINUTE, Micros
from probe.store import HEAD, Store, open_store, schema
from probe.store.address import parse_address
from probe.store.engine import make_engine, writing
from tests.e2e import daemon as e2e
from tests.e2e.daemon import EVER, daemon, run_probe

CHECKS = "home: {get: /, interval: 1s}"
NOWHERE = "http://127.0.0.1:1"
UP = Result(check="shop/old", location="default", scheduled_at=0, state=State.UP, attempts=1)

write_checks = partial(e2e.write_checks, every="1d")  # nobody looks at the report here


def make_store(url: Sensitive, revision: str) -> None:
    address = parse_address(url)
    if address.file:
        address.file.touch()
    engine = make_engine(address)
    with writing(engine) as connection:
        schema.upgrade_to(connection, revision)
    engine.dispose()


async def test_upgrade_brings_an_older_store_up_to_date(url: Sensitive, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    make_store(url, "0001")
    for command in ("run", "report"):
        refused = await run_probe(command, folder=tmp_path, PROBE_STORE=url.reveal())
        assert refused.status == 3
        assert "`probe db upgrade -c FILE`" in refused.errors
    upgraded = await run_probe("db", "upgrade", folder=tmp_path, PROBE_STORE=url.reveal())
    assert upgraded.status == 0
    assert upgraded.output.endswith(f": upgraded from schema 0001 to {HEAD}\n")
    again = await run_probe("db", "upgrade", folder=tmp_path, PROBE_STORE=url.reveal())
    assert again.status == 0
    assert again.output.endswith("nothing to do\n")


async def test_upgrade_makes_a_store_where_there_is_none(url: Sensitive, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    made = await run_probe("db", "upgrade", folder=tmp_path, PROBE_STORE=url.reveal())
    assert (made.status, made.output.endswith(f": new, with schema {HEAD}\n")) == (0, True)


def fill(store: Store, *, now: Micros) -> None:
    """Twenty days of a result each hour, rolled up but for the last four days."""
    store.record([replace(UP, scheduled_at=slot) for slot in range(now - 20 * DAY, now, HOUR)])
    while not store.roll_up("default", now=now - 4 * DAY, zone=ZoneInfo("UTC"), limit=500):
        pass


async def test_purge_deletes_what_is_past_its_retention_while_the_daemon_runs(url: Sensitive, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS, more="retention: {raw: 10d, hour: 15d, day: 30d, evidence: 1d}")
    now = time.time_ns() // 1000 // HOUR * HOUR + 30 * MINUTE
    with open_store(url) as store:
        fill(store, now=now)
    async with daemon(tmp_path, PROBE_STORE=url.reveal()) as running:
        await running.says("started")
        would = await run_probe("db", "purge", "--dry-run", folder=tmp_path, PROBE_STORE=url.reveal())
        done = await run_probe("db", "purge", folder=tmp_path, PROBE_STORE=url.reveal())
        assert (would.status, done.status) == (0, 0), would.errors + done.errors
        await running.says("shop/home is down")
        assert await running.end() == 0
    assert would.output.splitlines()[0].endswith("results older than 10d would be deleted")
    assert would.output.replace("would be deleted", "deleted") == done.output
    assert "location" not in done.output
    with open_store(url, create=False) as store:
        left = [record.scheduled_at for record in store.records("shop/old", start=0, end=EVER)]
    assert now - 11 * DAY - HOUR <= left[0] <= now - 9 * DAY
    assert left[-1] >= now - HOUR


async def test_check_and_backup_while_the_daemon_runs(
    url: Sensitive, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    path = os.environ["PATH"]
    if url.shown.startswith("postgres"):
        path = f"{request.getfixturevalue('postgres').bin_path}:{path}"
    async with daemon(tmp_path, PROBE_STORE=url.reveal()) as running:
        await running.says("shop/home is down")
        sound = await run_probe("db", "check", folder=tmp_path, PROBE_STORE=url.reveal())
        assert (sound.status, sound.errors) == (0, "")
        assert sound.output.endswith(": sound\n")
        made = await run_probe("db", "backup", "copy", folder=tmp_path, PROBE_STORE=url.reveal(), PATH=path)
        assert (made.status, made.errors) == (0, "")
        assert re.fullmatch(r"copy: [\d.]+ kB, looked through\n", made.output)
        refused = await run_probe("db", "backup", "copy", folder=tmp_path, PROBE_STORE=url.reveal(), PATH=path)
        assert (refused.status, "--force" in refused.errors) == (2, True)
        assert await running.end() == 0
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600


async def test_check_exits_1_and_names_each_fault(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path}/probe.db")) as store:
        store.record([replace(UP, scheduled_at=EVER)])
    found = await run_probe("db", "check", folder=tmp_path)
    assert found.status == 1
    assert found.output.splitlines()[0].startswith("shop/old: results of slots more than a day ahead: 1; see whether")
    told = json.loads((await run_probe("db", "check", "--format", "json", folder=tmp_path)).output)
    assert (told["sound"], [fault["where"] for fault in told["faults"]]) == (False, ["shop/old"])


async def test_a_store_that_is_moved_away_and_back_while_the_daemon_runs_misses_nothing(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    async with daemon(tmp_path) as running:
        await running.says("shop/home is down")
        (tmp_path / "probe.db").rename(tmp_path / "away.db")
        await running.says("its file was deleted; put it back")
        assert not (tmp_path / "probe.db").exists()
        (tmp_path / "away.db").rename(tmp_path / "probe.db")
        before = len(running.records("shop/home"))
        await running.until(lambda: len(running.records("shop/home")) > before + 1)
        assert await running.end() == 0
    slots = [record.scheduled_at // 1_000_000 for record in running.records("shop/home")]
    assert slots == list(range(slots[0], slots[0] + len(slots)))


async def test_purge_says_which_location_holds_it_back(url: Sensitive, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    with open_store(url) as store:
        store.record([replace(UP, location="far"), replace(UP, location="farther")])
    run = await run_probe("db", "purge", folder=tmp_path, PROBE_STORE=url.reveal())
    assert run.status == 0
    assert run.output.splitlines()[0] == "raw: 0 results older than 14d deleted"
    assert "day: kept forever" in run.output
    assert "location far is not rolled up yet, so its results stay" in run.output


async def test_commands_that_need_a_store_make_none(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECKS)
    for command in (("purge",), ("check",), ("backup", "copy.db")):
        run = await run_probe("db", *command, folder=tmp_path)
        assert (run.status, run.errors.count("\n")) == (3, 1)
        assert "no store at" in run.errors
    assert [path.name for path in tmp_path.iterdir()] == ["checks.yaml"]
