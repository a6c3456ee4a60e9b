"""What whoever measures in here needs: both engines, and an authority that signs certificates."""

from __future__ import annotations

from typing import TypeAlias

import pytest

from probe.probers.engine import EngineTransport
from probe.probers.http import HttpProber
from probe.probers.stock import StockTransport
from tests.fakes.servers import Authority

Engine: TypeAlias = type[StockTransport] | type[EngineTransport]
NOW = 1_800_000_000_000_000


@pytest.fixture(params=[StockTransport, EngineTransport], ids=["stock", "engine"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Both engines must say the same of every target."""
    found: Engine = request.param
    return found


@pytest.fixture
def prober(engine: Engine) -> HttpProber:
    return HttpProber(engine(), lambda: NOW)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
