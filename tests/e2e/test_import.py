"""`probe import results`, as a person calls it, on both kinds of store."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from probe.demo.sample_api import SampleApi
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import EVER, PATIENCE, Run, daemon, run_probe, write_checks

SECOND = 1_000_000
NOWHERE = "http://127.0.0.1:1"
START = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=2)


def line(slot: float, check: str = "shop/old", **more: object) -> str:
    at = (START + timedelta(minutes=slot)).isoformat()
    return json.dumps({"check": check, "scheduled_at": at, "state": "up", **more})


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    write_checks(tmp_path, NOWHERE, "home: {get: /, interval: 5m}")
    if request.param == "sqlite":
        yield {"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"}
    else:
        database = request.getfixturevalue("database")
        yield {"PROBE_STORE": database.reveal()}


async def test_a_file_goes_in_once(environment: dict[str, str], tmp_path: Path) -> None:
    lines = [line(slot, "shop/home") for slot in range(3)] + [line(slot) for slot in range(0, 60, 10)]
    (tmp_path / "old.ndjson").write_text("\n".join(lines))
    run = await run_probe("import", "results", "old.ndjson", folder=tmp_path, **environment)
    assert (run.status, run.errors) == (0, "")
    assert run.output.splitlines() == [
        "old.ndjson: 9 lines; 9 new, 0 already there, 0 bad",
        "checks.yaml doesn't define these checks; they are in the store as retired: shop/old",
    ]
    again = await run_probe("import", "results", "old.ndjson", folder=tmp_path, **environment)
    assert (again.status, again.output) == (0, "old.ndjson: 9 lines; 0 new, 9 already there, 0 bad\n")
    with open_store(Sensitive.plain(environment["PROBE_STORE"]), create=False) as store:
        assert {record.interval for record in store.records("shop/home", start=0, end=EVER)} == {300 * SECOND}
        assert {record.interval for record in store.records("shop/old", start=0, end=EVER)} == {600 * SECOND}


async def test_bad_lines_are_told_by_their_numbers(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "old.ndjson").write_text("\n".join([line(1), "", "{", line(2), line(3, state="fine")]))
    run = await run_probe("import", "results", "old.ndjson", folder=tmp_path, **environment)
    assert run.status == 1
    assert run.errors.splitlines() == [
        "old.ndjson:3: isn't JSON: Expecting property name enclosed in double quotes at column 2",
        'old.ndjson:5: state must be one of up, degraded, down, unknown; it is "fine"',
    ]
    assert run.output.startswith("old.ndjson: 4 lines; 2 new, 0 already there, 2 bad\n")


async def test_of_many_bad_lines_only_some_are_told(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")
    (tmp_path / "old.ndjson").write_text("x\n" * 12_345)
    run = await run_probe("import", "results", "old.ndjson", folder=tmp_path)
    assert run.status == 1
    assert run.errors.splitlines()[19:] == [
        "old.ndjson:20: isn't JSON: Expecting value at column 1",
        "old.ndjson: 12,325 more lines are bad",
    ]
    machine = await run_probe("import", "results", "old.ndjson", "--format", "json", folder=tmp_path)
    found = json.loads(machine.output)
    assert (machine.status, machine.errors) == (1, "")
    assert len(found.pop("problems")) == 20
    assert found == {"lines": 12_345, "new": 0, "present": 0, "bad": 12_345, "retired": []}


async def piped(content: bytes, *, folder: Path) -> Run:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "probe", "import", "results", "-",
        cwd=folder, env=os.environ, stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        output, errors = await process.communicate(content)
    return Run(process.returncode or 0, output.decode(), errors.decode())


async def test_a_pipe_will_do_and_so_will_gzip(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")
    run = await piped(gzip.compress(line(1, "shop/home").encode()), folder=tmp_path)
    assert (run.status, run.output) == (0, "standard input: 1 line; 1 new, 0 already there, 0 bad\n")
    broken = await piped(gzip.compress(line(2, "shop/home").encode())[:-9], folder=tmp_path)
    assert (broken.status, broken.output) == (1, "standard input: 1 line; 0 new, 0 already there, 1 bad\n")
    assert broken.errors == "standard input:1: the file is damaged, or breaks off: gzip can't unpack the rest\n"


@pytest.mark.parametrize("name", ["missing.ndjson", "."])
async def test_a_file_that_can_not_be_read(name: str, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")
    run = await run_probe("import", "results", name, folder=tmp_path)
    assert (run.status, run.output) == (2, "")
    assert run.errors.startswith(f"{name}: can't be read: ")
    assert not (tmp_path / "probe.db").exists()


async def test_a_store_that_is_away(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")
    (tmp_path / "old.ndjson").write_text(line(1))
    away = "postgresql://probe:c4nary@127.0.0.1:1/probe"
    run = await run_probe("import", "results", "old.ndjson", folder=tmp_path, PROBE_STORE=away)
    assert run.status == 3
    assert "c4nary" not in run.errors
    assert run.errors.startswith("store postgresql://***@127.0.0.1:1/probe can't be used: ")
    assert run.errors.count("\n") == 1


async def test_history_comes_in_while_the_daemon_measures(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, "list: {get: /orders, interval: 1s}")
    (tmp_path / "old.ndjson").write_text("\n".join(line(slot / 50, "shop/list") for slot in range(30_000)))
    async with daemon(tmp_path) as running:
        await running.until(lambda: shop.requests["/orders"] >= 1)
        run = await run_probe("import", "results", "old.ndjson", folder=tmp_path)
        assert (run.status, run.errors) == (0, "")
        assert await running.end() == 0
        records = running.records("shop/list")
    assert "already there" in run.output
    measured = [record for record in records if record.http_status is not None]
    assert len(measured) == shop.requests["/orders"]
    assert not any("the store takes no results" in told for told in running.log)
