from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from probe.demo.sample_api import SampleApi


@pytest.fixture
async def shop() -> AsyncIterator[SampleApi]:
    """The sample API on free ports."""
    async with SampleApi.start(http_port=0, https_port=0, now=datetime.now(UTC)) as api:
        yield api
