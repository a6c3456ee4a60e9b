"""The daemon on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.demo.sample_api import SampleApi
from probe.model.result import State
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import EVER, daemon, write_checks

pytestmark = pytest.mark.postgres


async def test_the_daemon_keeps_its_results_in_postgresql(shop: SampleApi, database: Sensitive, tmp_path: Path) -> None:
    write_checks(
        tmp_path, shop.http_url, "list: {get: /orders, interval: 1s}\nbroken: {get: /payments/refunds, interval: 1s}"
    )
    async with daemon(tmp_path, PROBE_STORE=database.reveal()) as running:
        await running.until(lambda: shop.requests["/orders"] >= 3)
        assert await running.end() == 0
    with open_store(database, create=False) as store:
        listed = list(store.records("shop/list", start=0, end=EVER))
        failures = store.failures("shop/broken", limit=1)
    assert len(listed) == shop.requests["/orders"]
    assert {record.state for record in listed} == {State.UP}
    assert failures[0].detail == "expected status < 400, found 500"
    assert "expected status &lt; 400" in (tmp_path / "reports" / "checks" / "shop" / "broken.html").read_text()
    assert not (tmp_path / "probe.db").exists()
