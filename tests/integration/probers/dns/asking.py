"""Asking one resolver one thing."""

from __future__ import annotations

from typing import Final

import pytest

from probe.model.check import DnsPolicy
from probe.model.sample import FailureKind
from probe.probers.dns import Resolver
from probe.probers.raised import TargetFailure
from tests.fakes.dns import zone

BOTH: Final = zone("www.example 300 A 192.0.2.1", "www.example 300 A 192.0.2.2", "www.example 300 AAAA 2001:db8::1")


async def reason_of(resolver: Resolver, host: str, policy: DnsPolicy) -> str:
    """Why there are no addresses."""
    with pytest.raises(TargetFailure) as caught:
        await resolver.addresses(host, policy)
    assert caught.value.failure.kind is FailureKind.DNS
    return caught.value.failure.detail.removeprefix("the name could not be resolved: ")
