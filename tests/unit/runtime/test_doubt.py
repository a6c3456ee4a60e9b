from __future__ import annotations

from dataclasses import replace

import pytest

from probe.model.check import AddressPolicy, Check, Connection
from probe.model.sample import Failure, FailureKind, Phases, Sample
from probe.model.sensitive import Sensitive
from probe.model.settings import Control
from probe.model.units import MINUTE, SECOND
from probe.runtime.clock import SystemClock
from probe.runtime.control import ControlTargets
from probe.runtime.doubt import SelfDoubt
from probe.runtime.lag import LagMeter
from probe.runtime.reach import SUSPECT
from tests.fakes.checks import make_check
from tests.fakes.clock import FakeClock
from tests.fakes.prober import OK, REFUSED, FakeProber

NOW = 1_795_000_000 * SECOND
LATE = Sample(started_at=0, latency_us=0, failure=Failure(kind=FailureKind.TIMEOUT, detail="nothing came within 2s"))
CONTROL = Control(targets=(Sensitive.plain("http://control.example/"),), timeout=SECOND, every=MINUTE)


class Doubting:
    """Doubt on a fake clock, with a control target that answers what it is told."""

    def __init__(self, answer: Sample = LATE) -> None:
        self.clock = FakeClock(NOW)
        self.lag = LagMeter(self.clock)
        self.lag.start()
        self.prober = FakeProber([answer])
        self.control = ControlTargets(SystemClock(), self.prober)
        self.doubt = SelfDoubt(self.clock, self.lag, self.control)

    async def judged(self, sample: Sample, connection: Connection | None = None) -> Sample:
        check = make_check()
        if connection:
            check = replace(check, request=replace(check.request, connection=connection))
        self.control.replace(CONTROL, AddressPolicy())
        try:
            return await self.doubt.of_our_network(check, sample, within=10)
        finally:
            await self.control.stop()


@pytest.mark.parametrize("sample", [OK, LATE, REFUSED])
def test_a_sample_taken_while_the_loop_stood_still_is_ours_whatever_it_says(sample: Sample) -> None:
    world = Doubting()
    mark = world.doubt.mark()
    world.clock.freeze(1.2)
    found = world.doubt.of_ourselves(sample, since=mark)
    assert found.failure == Failure(
        kind=FailureKind.PROBER_FAULT, detail="probe itself stood still for 1.2s during the attempt"
    )
    assert found.http_status == sample.http_status


def test_a_sample_taken_while_the_loop_went_on_is_as_it_is() -> None:
    world = Doubting()
    world.clock.freeze(3)
    world.clock.advance(1)
    mark = world.doubt.mark()
    world.clock.advance(10)
    assert world.doubt.of_ourselves(LATE, since=mark) is LATE


@pytest.mark.parametrize("kind", sorted(SUSPECT))
async def test_a_failure_that_control_targets_share_is_ours(kind: FailureKind) -> None:
    sample = replace(LATE, failure=Failure(kind=kind, detail="it failed"))
    found = await Doubting().judged(sample)
    assert found.failure == Failure(
        kind=FailureKind.PROBER_FAULT,
        detail="it failed; no control target could be reached either, so probe's own network is to blame",
    )


async def test_a_failure_that_they_do_not_share_is_the_targets() -> None:
    assert await Doubting(OK).judged(LATE) is LATE


@pytest.mark.parametrize("sample", [OK, REFUSED])
async def test_where_something_came_back_nobody_is_asked(sample: Sample) -> None:
    world = Doubting()
    assert await world.judged(sample) is sample


async def test_a_unix_socket_is_not_on_the_network() -> None:
    assert await Doubting().judged(LATE, Connection(unix_socket="/run/app.sock")) is LATE


@pytest.mark.parametrize(
    "sample",
    [
        replace(LATE, phases=Phases(dns=2_000_000)),
        replace(LATE, failure=Failure(kind=FailureKind.DNS, detail="nothing came within 2s")),
    ],
)
async def test_where_a_name_was_not_resolved_an_address_that_answers_says_nothing(sample: Sample) -> None:
    class Network:
        async def measure(self, check: Check) -> Sample:
            return OK if check.name == "192.0.2.1" else LATE

    targets = (*CONTROL.targets, Sensitive.plain("http://192.0.2.1/"))
    control = ControlTargets(SystemClock(), Network())
    control.replace(replace(CONTROL, targets=targets), AddressPolicy())
    doubt = SelfDoubt(SystemClock(), LagMeter(SystemClock()), control)
    found = await doubt.of_our_network(make_check(), sample, within=10)
    connected = await doubt.of_our_network(make_check(), LATE, within=10)
    await control.stop()
    assert found.failure == Failure(
        kind=FailureKind.PROBER_FAULT,
        detail="nothing came within 2s; no control target's name could be resolved either, so probe's own name servers are to blame",
    )
    assert connected is LATE
