"""The way past the store, with a clock that is handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from probe.channels.channel import DeliveryFailed
from probe.model.channel import ChannelSettings
from probe.model.check import AddressPolicy
from probe.model.maintenance import Scope
from probe.model.notification import DeliveryState, Message
from probe.model.rule import AlertRule, LevelRule, ProberCondition
from probe.model.sensitive import Sensitive
from probe.model.sla import AlertLevel, SlaRules
from probe.model.units import MINUTE
from probe.runtime.alerts.emergency import EmergencyRoute
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.lane import Lane
from probe.runtime.outage import Outage
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import NOW

CHANNELS = (ChannelSettings(name="hook", type="webhook"), ChannelSettings(name="mail", type="email"))
RULE = AlertRule(
    name="prober",
    scope=Scope(),
    levels=(LevelRule(level=AlertLevel.CRITICAL, condition=ProberCondition(), notify=("hook", "mail")),),
)
JOB = AlertJob(
    store=Sensitive.plain("sqlite:///probe.db"), location="fra", timezone="UTC", rules=(RULE,), channels=CHANNELS,
    sla=SlaRules(), addresses=AddressPolicy(),
)  # fmt: skip


class FakeChannel:
    def __init__(self, fails: Callable[[], bool] = lambda: False) -> None:
        self.got: list[Message] = []
        self.fails = fails

    async def deliver(self, message: Message) -> str:
        if self.fails():
            raise DeliveryFailed("connection refused")
        self.got.append(message)
        return "200 OK"

    async def aclose(self) -> None:
        pass


class Stage:
    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.hook, self.mail = FakeChannel(), FakeChannel()
        self.lanes = {
            "hook": Lane(CHANNELS[0], self.hook, self.clock),
            "mail": Lane(CHANNELS[1], self.mail, self.clock),
        }
        self.route = EmergencyRoute(self.clock, chance=lambda: 0.5)
        self.outage = Outage()

    async def let_pass(self, seconds: int, job: AlertJob = JOB) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            self.route.look(job, self.lanes, self.outage)
            for _ in range(5):
                await asyncio.sleep(0)


async def test_a_store_that_is_away_for_less_than_a_minute_is_not_worth_a_word() -> None:
    stage = Stage()
    stage.outage.fail("it does not answer", now=NOW)
    await stage.let_pass(59)
    stage.outage.end()
    await stage.let_pass(300)
    assert (stage.hook.got, stage.route.ledger(JOB)) == ([], ())


async def test_each_channel_is_told_once_that_it_is_away_and_once_that_it_is_back() -> None:
    stage = Stage()
    stage.outage.fail("it does not answer", now=NOW)
    await stage.let_pass(600)
    assert [len(stage.hook.got), len(stage.mail.got)] == [1, 1]
    stage.outage.end()
    ledger = stage.route.ledger(JOB)
    stage.route.forget()
    assert [(each.message.channel, each.message.status, each.state) for each in ledger] == [
        ("hook", "CRITICAL", DeliveryState.DELIVERED),
        ("mail", "CRITICAL", DeliveryState.DELIVERED),
        ("hook", "RESOLVED", DeliveryState.WAITING),
        ("mail", "RESOLVED", DeliveryState.WAITING),
    ]
    await stage.let_pass(600)
    assert [len(stage.hook.got), stage.route.ledger(JOB)] == [1, ()]


async def test_a_receiver_that_is_away_as_well_is_tried_again_and_not_told_of_the_end_of_what_it_never_heard_of() -> (
    None
):
    stage = Stage()
    stage.mail.fails = lambda: True
    stage.hook.fails = lambda: stage.clock.now() < NOW + 2 * MINUTE
    stage.outage.fail("it does not answer", now=NOW)
    await stage.let_pass(10 * 60)
    assert [message.at for message in stage.hook.got] == [NOW + MINUTE]
    ledger = stage.route.ledger(JOB)
    assert [(each.message.channel, each.state) for each in ledger] == [
        ("hook", DeliveryState.DELIVERED),
        ("mail", DeliveryState.SUPERSEDED),
        ("hook", DeliveryState.WAITING),
    ]
    assert ledger[1].why == "connection refused"


async def test_where_nobody_was_to_be_told_the_next_time_somebody_is() -> None:
    stage = Stage()
    stage.outage.fail("it does not answer", now=NOW)
    await stage.let_pass(120, replace(JOB, channels=()))
    stage.outage.end()
    await stage.let_pass(10)
    assert stage.hook.got == []
    stage.outage.fail("it does not answer", now=stage.clock.now())
    await stage.let_pass(120)
    assert len(stage.hook.got) == 1
