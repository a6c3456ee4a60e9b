"""`probe export`, as a person calls it, on both kinds of store."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from probe.report.export import TABLES
from tests.e2e.daemon import PATIENCE, Run, run_probe, write_checks

NOWHERE = "http://127.0.0.1:1"
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
START = TODAY - timedelta(days=2)
PERIOD = ("--from", f"{START:%Y-%m-%d}", "--to", f"{TODAY:%Y-%m-%d}")


def line(minute: int, check: str = "shop/home", **more: object) -> str:
    at = (START + timedelta(minutes=minute)).isoformat()
    told = {"check": check, "scheduled_at": at, "state": "up", "http_status": 200, "latency_ms": 12.5}
    return json.dumps({**told, **more})


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    write_checks(tmp_path, NOWHERE, "home: {get: /, interval: 1h}\nlist: {get: /list}", more="timezone: UTC")
    if request.param == "sqlite":
        yield {"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"}
    else:
        yield {"PROBE_STORE": request.getfixturevalue("database").reveal()}


async def filled(folder: Path, environment: dict[str, str]) -> None:
    failed: dict[str, object] = {
        "state": "down",
        "failure": "timeout",
        "http_status": None,
        "detail": "=1+1 took too long",
    }
    lines = [line(60 * hour, "shop/home", **(failed if hour == 5 else {})) for hour in range(48)]
    lines += [line(60 * hour, "shop/gone", interval_ms=3_600_000) for hour in range(24)]
    (folder / "old.ndjson").write_text("\n".join(lines))
    run = await run_probe("import", "results", "old.ndjson", folder=folder, **environment)
    assert run.status == 0


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_figures_come_in_every_format(environment: dict[str, str], tmp_path: Path) -> None:
    await filled(tmp_path, environment)

    async def export(*arguments: str) -> Run:
        run = await run_probe("export", *arguments, *PERIOD, folder=tmp_path, **environment)
        assert (run.status, run.errors) == (0, "")
        return run

    availability = (await export("--metrics", "availability", "--check", "shop/home", "--check", "shop/gone")).output
    gone, after, first, second = table(availability)
    assert (first["from"], first["to"]) == (
        f"{START:%Y-%m-%dT%H:%M:%SZ}",
        f"{START + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
    )
    assert (first["down_seconds"], second["availability"], gone["availability"]) == ("3600.0", "1.0", "1.0")
    assert (after["check"], after["up_seconds"], after["unknown_seconds"]) == ("shop/gone", "3600.0", "0.0")

    lines = (await export("--metrics", "rate,usage", "--by", "api", "--every", "whole", "--format", "ndjson")).output
    objects = [json.loads(each) for each in lines.splitlines()]
    assert objects[0] == {
        "metric": "rate", "from": first["from"], "to": second["to"], "api": "shop", "check": None, "location": "default",
        "runs": 72, "measured": 72, "up": 71, "degraded": 0, "down": 1, "unknown": 0, "measured_per_minute": 72 / 2_880,
    }  # fmt: skip
    assert json.loads((await export("--metrics", "all", "--format", "json")).output)

    assert (await export("--metrics", "all", "--output", "tables", "--format", "parquet")).output == ""
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {f"{name}.parquet" for name in TABLES}
    latency = pq.read_table(tmp_path / "tables" / "latency.parquet").to_pylist()
    assert [(row["check"], row["responses"], row["p99_ms"]) for row in latency] == [
        ("shop/gone", 24, 12.5),
        ("shop/gone", 0, None),
        ("shop/home", 23, 12.5),
        ("shop/home", 24, 12.5),
    ]
    await export("--metrics", "latency", "-o", "latency.json")
    assert len(json.loads((tmp_path / "latency.json").read_text())) == 4


async def test_results_go_out_and_in_again(environment: dict[str, str], tmp_path: Path) -> None:
    await filled(tmp_path, environment)
    run = await run_probe("export", "--metrics", "results", "-o", "out.ndjson", *PERIOD, folder=tmp_path, **environment)
    assert (run.status, run.output, run.errors) == (0, "", "")
    elsewhere = {"PROBE_STORE": f"sqlite:///{tmp_path}/other.db"}
    run = await run_probe("import", "results", "out.ndjson", folder=tmp_path, **elsewhere)
    assert run.output.startswith("out.ndjson: 72 lines; 72 new, 0 already there, 0 bad\n")
    again = await run_probe(
        "export", "--metrics", "results", "--format", "ndjson", *PERIOD, folder=tmp_path, **elsewhere
    )
    assert again.output == (tmp_path / "out.ndjson").read_text()
    sheet = await run_probe("export", "--metrics", "results", *PERIOD, folder=tmp_path, **environment)
    rows = table(sheet.output)
    assert {row["detail"] for row in rows} == {"", "'=1+1 took too long"}


async def test_what_can_not_be_is_told_in_a_line_and_nothing_is_written(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")
    run = await run_probe("export", "--metrics", "all", folder=tmp_path)
    assert (run.status, run.output) == (2, "")
    assert (
        run.errors
        == "csv holds one table a file, and these are 6: name a folder with --output, or take --format ndjson\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["checks.yaml"]


async def test_there_must_be_a_store(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "home: {get: /}")
    run = await run_probe("export", "--metrics", "usage", folder=tmp_path)
    assert (run.status, run.output) == (3, "")
    assert not (tmp_path / "probe.db").exists()


async def many(folder: Path) -> None:
    write_checks(folder, NOWHERE, "home: {get: /}")
    lines = (line(0, scheduled_at=(START + timedelta(seconds=second)).isoformat()) for second in range(20_000))
    (folder / "old.ndjson").write_text("\n".join(lines))
    assert (await run_probe("import", "results", "old.ndjson", folder=folder)).status == 0


async def start(folder: Path, *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "probe", "export", "--metrics", "results", "--format", "ndjson", *arguments,
        cwd=folder, env=os.environ, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def test_a_reader_that_leaves_ends_it_quietly(tmp_path: Path) -> None:
    await many(tmp_path)
    process = await start(tmp_path)
    assert process.stdout
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        await process.stdout.readline()
        process._transport.get_pipe_transport(1).close()  # type: ignore[attr-defined]  # asyncio has no other way
        assert await process.stderr.read() == b""
        assert await process.wait() == 0


async def test_one_that_is_ended_leaves_nothing_half_written(tmp_path: Path) -> None:
    await many(tmp_path)
    (tmp_path / "out.ndjson").write_text("before")
    process = await start(tmp_path, "--output", "out.ndjson")
    async with asyncio.timeout(PATIENCE):
        while not list(tmp_path.glob(".out.ndjson.*.part")):
            assert process.returncode is None
            await asyncio.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        assert await process.wait() != 0
    assert (tmp_path / "out.ndjson").read_text() == "before"
    assert not list(tmp_path.glob(".out.ndjson.*.part"))
