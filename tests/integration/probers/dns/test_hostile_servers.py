"""Every hostile name server ends as a DNS failure with its reason, or is seen through, inside the time-out."""

from __future__ import annotations

import time
from typing import Final

import pytest

from probe.model.units import SECOND
from probe.probers.dns import Resolver
from tests.fakes.dns import naming
from tests.integration.hostile.names import NAMES
from tests.integration.hostile.row import NAME, HostileNames
from tests.integration.probers.dns.asking import reason_of

GRACE: Final = 2.0
"""Seconds of a busy machine."""


@pytest.mark.parametrize("hostile", NAMES, ids=lambda hostile: hostile.name)
async def test_a_hostile_name_server_gets_its_reason_in_time(hostile: HostileNames) -> None:
    async with naming(hostile.udp, tcp=hostile.tcp, behave=hostile.behave) as server:
        began = time.perf_counter()
        if hostile.says:
            assert hostile.says in await reason_of(Resolver(), NAME, server.policy(timeout=hostile.within))
        else:
            assert await Resolver().addresses(NAME, server.policy(timeout=hostile.within)) == hostile.found
        assert time.perf_counter() - began < hostile.within / SECOND + GRACE
        assert len(server.asked) <= 80
