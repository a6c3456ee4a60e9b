"""Every hostile target ends as a result with a named failure, inside its deadline, and leaves nothing open."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from probe.model.check import Check
from probe.model.sample import FailureKind, Phases, Sample
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from probe.probers.http import HttpProber
from tests.fakes.checks import make_check
from tests.fakes.servers import Authority, serving
from tests.integration.probers.hostile import HOSTILE, MEGABYTE, SECRET, Hostile
from tests.integration.probers.measuring import LONG, SHORT, trusting

_GRACE = 2.0  # of a busy machine; the deadline itself is exact

each = pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)


@each
async def test_a_hostile_target_gets_its_name_in_time(hostile: Hostile, prober: HttpProber) -> None:
    async with serving(hostile.behave) as server:
        await _judge(hostile, prober, _check(hostile, server.url(f"/?key={SECRET}")))


@each
async def test_a_hostile_target_gets_its_name_over_tls(
    hostile: Hostile, prober: HttpProber, authority: Authority
) -> None:
    async with serving(hostile.behave, tls=authority.context()) as server:
        sample = await _judge(
            replace(hostile, says=""), prober, trusting(_check(hostile, server.url(f"/?key={SECRET}")), authority)
        )
    assert sample.tls is not None or hostile.redirects


async def _judge(hostile: Hostile, prober: HttpProber, check: Check) -> Sample:
    began = time.perf_counter()
    sample = await prober.measure(check)
    assert time.perf_counter() - began < check.timeout / SECOND + _GRACE
    assert (sample.failure and sample.failure.kind) == hostile.kind, sample.failure
    assert sample.http_status == hostile.status
    if sample.failure:
        assert hostile.says in sample.failure.detail
        assert SECRET not in sample.failure.detail
    else:
        assert sample.body == b"abc"
    assert _spent(sample.phases) <= sample.latency_us
    return sample


def _check(hostile: Hostile, url: str) -> Check:
    return make_check(
        url=url,
        method=hostile.method,
        timeout=SHORT if hostile.kind is FailureKind.TIMEOUT else LONG,  # a busy machine takes its time
        max_redirects=hostile.redirects,
        max_body=MEGABYTE,
        headers=(("x-api-key", Sensitive(SECRET, "***")),),
        body=Sensitive.plain("x" * hostile.sends) if hostile.sends else None,
        secrets=(SECRET,),
    )


def _spent(phases: Phases) -> int:
    return sum(filter(None, (phases.dns, phases.connect, phases.tls, phases.send, phases.wait, phases.transfer)))
