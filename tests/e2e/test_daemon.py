"""The daemon through its public command, on a real server, a real store and real signals."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from itertools import pairwise
from pathlib import Path

import httpx

from probe.demo.sample_api import SampleApi
from probe.model.grid import slots
from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.units import SECOND
from tests.e2e.daemon import daemon, write_checks

FAST = "{get: /orders, interval: 1s, expect: [status == 200]}"


async def test_it_measures_stores_reports_and_ends_cleanly(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, f"list: {FAST}\nbroken: {{get: /payments/refunds, interval: 1s}}")
    async with daemon(tmp_path) as running:
        await running.until(lambda: len(running.records("shop/list")) >= 3)
        await running.until((tmp_path / "reports" / "index.html").exists)
        assert await running.end() == 0
        listed, broken = running.records("shop/list"), running.records("shop/broken")
        assert {record.state for record in listed} == {State.UP}
        assert {(record.state, record.http_status) for record in broken} == {(State.DOWN, 500)}
        assert all(record.latency_us and record.bytes_sent and record.bytes_received for record in listed)
        assert all(later.scheduled_at - earlier.scheduled_at == SECOND for earlier, later in pairwise(listed))
        page = (tmp_path / "reports" / "checks" / "shop" / "broken.html").read_text()
        assert "expected status &lt; 400, found 500" in page
        await running.says("shop/broken is down")


async def test_the_store_holds_no_fewer_requests_than_the_server_saw(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, f"list: {FAST}")
    async with daemon(tmp_path) as running:
        await running.until(lambda: shop.requests["/orders"] >= 4)
        assert await running.end() == 0
        measured = [record for record in running.records("shop/list") if record.state is State.UP]
        assert len(measured) == shop.requests["/orders"]


async def test_what_is_in_flight_at_sigterm_is_finished_and_recorded(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, "feed: {get: /orders/feed, interval: 10s, timeout: 8s, confirm: {retries: 0}}\n"
                 + "\n".join(f"feed-{n}: {{get: /orders/feed, interval: 10s, timeout: 8s, confirm: {{retries: 0}}}}" for n in range(12)))  # fmt: skip
    async with daemon(tmp_path) as running:
        await running.until(lambda: shop.requests["/orders/feed"] >= 3)
        seen = shop.requests["/orders/feed"]
        assert await running.end() == 0
        names = ["shop/feed", *(f"shop/feed-{n}" for n in range(12))]
        results = [record for name in names for record in running.records(name)]
        assert len(results) >= seen
        assert {record.state for record in results} == {State.UP}


async def test_a_reload_takes_over_a_good_file_and_refuses_a_bad_one(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, f"list: {FAST}")
    async with daemon(tmp_path) as running:
        await running.until(lambda: bool(running.records("shop/list")))
        write_checks(tmp_path, shop.http_url, "list: {get: /orders, intervall: 1s}")
        running.send(signal.SIGHUP)
        await running.says("the old one goes on")
        assert any('did you mean \\"interval\\"?' in line or 'did you mean "interval"?' in line for line in running.log)
        before = len(running.records("shop/list"))
        await running.until(lambda: len(running.records("shop/list")) > before)
        write_checks(tmp_path, shop.http_url, f"list: {FAST}\nstock: {FAST}")
        running.send(signal.SIGHUP)
        await running.says("reloaded")
        await running.until(lambda: bool(running.records("shop/stock")))
        assert await running.end() == 0
        listed = running.records("shop/list")
        assert all(later.scheduled_at - earlier.scheduled_at == SECOND for earlier, later in pairwise(listed))


async def test_a_pause_leaves_unknown_slots_and_no_burst(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, f"list: {FAST}")
    async with daemon(tmp_path) as running:
        await running.until(lambda: len(running.records("shop/list")) >= 2)
        running.send(signal.SIGSTOP)
        before = shop.requests["/orders"]
        await asyncio.sleep(5)
        running.send(signal.SIGCONT)
        await asyncio.sleep(0.5)
        assert shop.requests["/orders"] - before <= 2
        await running.until(lambda: shop.requests["/orders"] - before >= 3)
        assert await running.end() == 0
        records = running.records("shop/list")
        assert all(later.scheduled_at - earlier.scheduled_at == SECOND for earlier, later in pairwise(records))
        missed = [record for record in records if record.state is State.UNKNOWN]
        assert 3 <= len(missed) <= 6
        assert {record.failure for record in missed} == {FailureKind.MISSED}


async def test_after_a_kill_the_next_start_fills_the_gap_with_unknown(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, f"list: {FAST}")
    async with daemon(tmp_path) as running:
        await running.until(lambda: len(running.records("shop/list")) >= 3)
        await running.end(signal.SIGKILL)
        before = running.records("shop/list")
    await asyncio.sleep(3)
    async with daemon(tmp_path) as running:
        await running.until(
            lambda: (
                running.records("shop/list")[-1].state is State.UP
                and len(running.records("shop/list")) > len(before) + 2
            )
        )
        assert await running.end() == 0
        after = running.records("shop/list")
    assert after[: len(before)] == before
    expected = list(slots("shop/list", SECOND, after[0].scheduled_at, after[-1].scheduled_at + 1))
    assert [record.scheduled_at for record in after] == expected
    assert FailureKind.NOT_RUNNING in {record.failure for record in after}


async def test_it_serves_metrics_health_and_the_report(shop: SampleApi, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    write_checks(tmp_path, shop.http_url, f"list: {FAST}", more=f"listen: {address}")
    async with daemon(tmp_path) as running, httpx.AsyncClient(base_url=f"http://{address}", trust_env=False) as client:
        await running.until(lambda: bool(running.records("shop/list")))
        await running.until((tmp_path / "reports" / "checks" / "shop" / "list.html").exists)
        metrics = (await client.get("/metrics")).text
        assert 'probe_success{api="shop",check="list"} 1.0' in metrics
        assert 'probe_http_duration_seconds{api="shop",check="list",phase="wait"}' in metrics
        assert (await client.get("/healthz")).text == "ok\n"
        assert (await client.get("/readyz")).status_code == 200
        assert "The one check is up" in (await client.get("/")).text
        assert (await client.get("/checks/shop/list.html")).status_code == 200
        (tmp_path / "reports" / "notes.txt").write_text("not a page")
        (tmp_path / "private.html").write_text("not of the site")
        for path in ("/notes.txt", "/../private.html", "/%2e%2e/private.html", "/..%2fprivate.html", "/checks/shop/"):
            assert (await client.get(path)).status_code == 404
        assert await running.end() == 0


async def test_a_json_log_is_json_throughout(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, "broken: {get: /payments/refunds, interval: 1s}")
    async with daemon(tmp_path, "--log-format", "json") as running:
        await running.says("shop/broken is down")
        assert await running.end() == 0
        events = [json.loads(line) for line in running.log]
    assert {"event", "level", "timestamp"} <= set(events[0])
    assert [event["why"] for event in events if event["event"] == "shop/broken is down"] == [
        "expected status < 400, found 500"
    ]
