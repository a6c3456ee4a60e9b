"""The daemon while it, its network or its store fails: nothing of that is a target's fault, and nothing is silent."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from probe.model.result import Record, State
from probe.model.sample import FailureKind
from tests.e2e.daemon import Daemon, daemon, write_checks
from tests.fakes.servers import EMPTY_OK, answers, serving

SLOTS = "interval: 1s, timeout: 900ms, confirm: {retries: 0}"


def free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def newest(running: Daemon, check: str) -> Record | None:
    records = running.records(check)
    return records[-1] if records else None


async def test_what_was_in_flight_while_the_process_was_stopped_is_not_down(tmp_path: Path) -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        await answers(EMPTY_OK)(reader, writer)

    names = [f"c{number}" for number in range(20)]
    async with serving(slow) as server:
        write_checks(tmp_path, server.url("").rstrip("/"), "\n".join(f"{name}: {{get: /, {SLOTS}}}" for name in names))
        async with daemon(tmp_path) as running:
            await running.until(lambda: all(len(running.records(f"shop/{name}")) >= 2 for name in names))
            running.send(signal.SIGSTOP)
            await asyncio.sleep(2)
            running.send(signal.SIGCONT)
            before = len(running.records("shop/c0"))
            await running.until(lambda: len(running.records("shop/c0")) > before + 4)
            assert await running.end() == 0
            records = [record for name in names for record in running.records(f"shop/{name}")]
    assert {record.state for record in records} == {State.UP, State.UNKNOWN}
    unknown = {record.failure for record in records if record.state is State.UNKNOWN}
    assert FailureKind.PROBER_FAULT in unknown
    assert unknown <= {FailureKind.PROBER_FAULT, FailureKind.MISSED, FailureKind.INTERRUPTED}
    assert any("probe stood still" in line for line in running.log)


async def test_while_no_control_target_answers_nothing_is_down_and_health_says_so(tmp_path: Path) -> None:
    is_away = asyncio.Event()

    async def swallow(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async def control(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await (swallow if is_away.is_set() else answers(EMPTY_OK))(reader, writer)

    listen = free_address()
    async with (
        serving(swallow) as target,
        serving(control) as other,
        httpx.AsyncClient(base_url=f"http://{listen}", trust_env=False) as client,
    ):
        more = f"listen: {listen}\ncontrol: {{targets: ['{other.url()}'], timeout: 200ms, every: 1s}}"
        checks = "list: {get: /, interval: 1s, timeout: 300ms, confirm: {retries: 0}}"
        write_checks(tmp_path, target.url("").rstrip("/"), checks, more=more)
        async with daemon(tmp_path) as running:

            async def until_state(state: State) -> None:
                await running.until(lambda: (last := newest(running, "shop/list")) is not None and last.state is state)

            await until_state(State.DOWN)
            assert (await client.get("/healthz")).status_code == 200
            is_away.set()
            await until_state(State.UNKNOWN)
            health = await client.get("/healthz")
            assert health.status_code == 503
            assert health.text.startswith("no control target can be reached since 20")
            metrics = (await client.get("/metrics")).text
            assert f'probe_control_up{{target="127.0.0.1:{other.port}"}} 0.0' in metrics
            is_away.clear()
            await until_state(State.DOWN)
            await running.says("a control target can be reached again")
            assert (await client.get("/healthz")).status_code == 200
            assert await running.end() == 0
    kinds = {record.failure for record in running.records("shop/list")}
    assert {FailureKind.TIMEOUT, FailureKind.PROBER_FAULT} <= kinds


async def test_results_that_are_lost_at_the_end_make_its_exit_status_3(tmp_path: Path) -> None:
    async with serving(answers(EMPTY_OK)) as server:
        write_checks(tmp_path, server.url("").rstrip("/"), f"list: {{get: /, {SLOTS}}}")
        async with daemon(tmp_path) as running:
            await running.until(lambda: len(running.records("shop/list")) >= 2)
            with closing(sqlite3.connect(tmp_path / "probe.db", isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                shutil.rmtree(tmp_path / "probe.db-spool")
                (tmp_path / "probe.db-spool").touch()  # so that the spool takes nothing either
                await running.says("the store takes no results")
                assert await running.end() == 3
    assert "results were lost" in running.log[-1]
