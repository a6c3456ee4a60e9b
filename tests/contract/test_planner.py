"""The alerter's look at the store, second by second, on both databases: nothing is told twice, nothing is forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from probe.alerting.book import Book
from probe.alerting.watching import confirmed_down
from probe.model.alert import Facts, Silence, Turn
from probe.model.check import AddressPolicy, Api, CheckFacts
from probe.model.errors import LeaseLost, StoreError
from probe.model.incident import Annotation, AnnotationKind
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.notification import Delivery
from probe.model.result import Result, State
from probe.model.rule import AlertRule, Grouping, LevelRule, ProberCondition
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.sla import AlertLevel, SlaRules
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.planner import Planner
from probe.store import Store, open_store
from tests.fakes.alerting import T0, check_facts, down_rule
from tests.fakes.clock import FakeClock


def at(minutes: float) -> Micros:
    return T0 + round(minutes * MINUTE)


@dataclass
class World:
    """A daemon's writes and an alerter's looks, on one clock."""

    store: Store
    rules: tuple[AlertRule, ...] = (down_rule(),)
    checks: tuple[CheckFacts, ...] = (check_facts("x/a"), check_facts("x/b"), check_facts("y/c"))
    windows: tuple[MaintenanceWindow, ...] = ()
    now: Micros = T0
    health: tuple[str, ...] | None = ()
    planner: Planner = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    @property
    def job(self) -> AlertJob:
        apis = tuple(Api(id=api, name=api.upper()) for api in dict.fromkeys(check.api for check in self.checks))
        return AlertJob(
            store=Sensitive.plain("sqlite:///unused.db"), location="here", timezone="UTC", apis=apis, checks=self.checks,
            rules=self.rules, sla=SlaRules(), windows=self.windows, addresses=AddressPolicy(),
        )  # fmt: skip

    def restart(self, holder: str = "h") -> None:
        self.planner = Planner(self.store, self.job, FakeClock(self.now), holder=holder)

    def turns(self, *checks: str, began: bool, minutes: float | None = None, location: str = "here") -> None:
        moment = self.now if minutes is None else at(minutes)
        facts = {check.id: check for check in self.checks}
        state = State.DOWN if began else State.UP
        results = [
            Result(
                check=id_,
                location=location,
                scheduled_at=moment,
                state=state,
                failure=FailureKind.REFUSED if began else None,
            )
            for id_ in checks
        ]
        self.store.record(
            results,
            turns=[
                Turn(
                    check=id_, location=location, watch=confirmed_down(facts[id_].confirm), began=began, slot=moment,
                    known_at=moment, facts=Facts(failure=FailureKind.REFUSED, detail="connection refused") if began else Facts(),
                )
                for id_ in checks
            ],
        )  # fmt: skip

    def until(self, minutes: float, *, step: Micros = 5 * SECOND) -> None:
        while self.now < at(minutes):
            self.planner.tick(self.now, self.health)
            self.now += step
        self.planner.tick(self.now, self.health)

    def told(self) -> list[tuple[str, str, tuple[str, ...]]]:
        deliveries: list[Delivery] = sorted(self.store.outbox.list(limit=1000), key=lambda each: each.message.at)
        return [
            (
                str(each.message.occasion),
                each.message.channel,
                tuple(f"{entry.subject.id}{'' if entry.is_firing else ' over'}" for entry in each.message.entries),
            )
            for each in deliveries
        ]

    def reasons(self) -> list[str]:
        return [each.reason for each in reversed(self.store.alerts.decisions(limit=1000))]


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


FIRING = ("firing", "mail", ("x/a",))
RESOLVED = ("resolved", "mail", ("x/a over",))


def test_an_outage_is_told_once_and_its_end_once(world: World) -> None:
    world.turns("x/a", began=True)
    world.until(3)
    world.turns("x/a", began=False)
    world.until(20)
    assert world.told() == [FIRING, RESOLVED]
    alert = world.store.alerts.alerts()[0]
    assert (alert.since, alert.resolution) == (T0, "it is up again")
    assert not world.store.alerts.load().book.alerts


@pytest.mark.parametrize("minutes", [0.2, 0.6, 2, 4])
def test_a_restart_neither_repeats_nor_forgets(world: World, minutes: float) -> None:
    world.turns("x/a", began=True)
    world.until(minutes)
    world.restart(holder="another")
    world.now += 31 * SECOND  # the lease of the one before is over
    world.until(5)
    world.turns("x/a", began=False)
    world.until(20)
    assert world.told() == [FIRING, RESOLVED]


def test_an_outage_while_no_alerter_was_there_is_told_all_the_same(world: World) -> None:
    world.until(1)
    world.turns("x/a", began=True, minutes=2)
    world.turns("x/a", began=False, minutes=8)
    world.now = at(10)
    world.until(12)
    assert world.told() == [("resolved", "mail", ("x/a over",))]


def test_a_clock_that_is_set_back_neither_keeps_an_alert_from_being_told_nor_ends_it(world: World) -> None:
    world.turns("x/a", began=True)
    world.until(0.2)
    world.now -= HOUR
    world.until(-58)
    assert world.told() == [FIRING]
    world.restart()
    world.until(-50)
    assert world.told() == [FIRING]
    assert [alert.is_firing for alert in world.store.alerts.alerts()] == [True]


def test_a_lease_that_was_taken_by_a_clock_far_ahead_holds_up_nobody(world: World) -> None:
    assert world.store.alerts.lease("dead", now=T0 + DAY, until=T0 + DAY + 30 * SECOND)
    world.turns("x/a", began=True)
    world.until(3)
    assert world.told() == [FIRING]


def test_a_fault_of_the_store_in_the_middle_of_a_tick_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.turns("x/a", began=True)
    enter = world.store.alerts.enter.__func__  # type: ignore[attr-defined]

    def failing(*args: object, **kwargs: object) -> None:
        monkeypatch.undo()
        raise StoreError("the disk is full")

    monkeypatch.setattr(type(world.store.alerts), "enter", failing)
    with pytest.raises(StoreError):
        world.until(1)
    assert type(world.store.alerts).enter is enter
    world.until(3)
    assert world.told() == [FIRING]


def test_two_alerters_make_one_alert(world: World) -> None:
    other = World(world.store)
    other.restart(holder="other")
    world.turns("x/a", began=True)
    for minute in range(1, 4):
        world.until(minute)
        other.until(minute)
    assert world.told() == [FIRING]
    assert len(world.store.alerts.alerts()) == 1


def test_ten_that_fail_at_once_are_one_message_with_their_cause(store: Store) -> None:
    checks = tuple(check_facts(f"x/c{number}") for number in range(10))
    world = World(store, checks=checks)
    world.turns(*(check.id for check in checks), began=True)
    world.until(3)
    (delivery,) = store.outbox.list(limit=10)
    assert len(delivery.message.entries) == 10
    assert delivery.message.cause is not None


def test_maintenance_of_the_file_a_silence_and_a_dependency_keep_quiet_and_say_so(store: Store) -> None:
    window = MaintenanceWindow(name="deploy", scope=Scope(checks=("x/a",)), schedule=Once(start=T0, end=T0 + HOUR))
    checks = (check_facts("x/a"), check_facts("x/b"), check_facts("y/c", depends_on=("z/d",)), check_facts("z/d"))
    world = World(store, checks=checks, windows=(window,))
    store.silences.declare(
        Silence(scope=Scope(checks=("x/b",)), comment="known", author="ann", start=T0, until=T0 + HOUR, made_at=T0)
    )
    world.turns("x/a", "x/b", "y/c", "z/d", began=True)
    world.until(5)
    assert world.told() == [("firing", "mail", ("z/d",))]
    assert {reason for reason in world.reasons() if "held" not in reason and reason != "down"} >= {
        "maintenance “deploy” runs",
        "silence s1 by ann: known",
        "depends on z/d, which is down",
    }


def test_an_acknowledged_incident_is_not_reminded_of(store: Store) -> None:
    world = World(store, rules=(down_rule(remind=10 * MINUTE),))
    world.turns("x/a", began=True)
    world.until(2)
    store.annotate(
        Annotation(
            check="x/a",
            location="here",
            moment=world.now,
            kind=AnnotationKind.ACKNOWLEDGEMENT,
            made_at=world.now,
            author="ann",
            text="",
        )
    )
    world.until(30, step=20 * SECOND)
    assert world.told() == [FIRING]
    assert store.alerts.alerts()[0].acknowledged_by == "ann"


def test_an_acknowledgement_by_the_alerts_id_counts_too(store: Store) -> None:
    world = World(store, rules=(down_rule(remind=10 * MINUTE),))
    world.turns("x/a", began=True)
    world.until(2)
    store.alerts.acknowledge(store.alerts.alerts()[0].id, "bob", world.now)
    world.until(30, step=20 * SECOND)
    assert world.told() == [FIRING]
    world.turns("x/a", began=False)
    world.until(40)
    assert store.alerts.alerts()[0].acknowledged_by == "bob"


def test_trouble_of_the_prober_itself_is_an_alert(store: Store) -> None:
    level = LevelRule(level=AlertLevel.CRITICAL, condition=ProberCondition(), notify=("mail",))
    world = World(store, rules=(replace(down_rule("prober"), levels=(level,)),))
    world.health = ("the scheduler does not tick",)
    world.until(3)
    world.health = ()
    world.until(10)
    assert world.told() == [("firing", "mail", ("here",)), ("resolved", "mail", ("here over",))]


def test_what_is_down_at_a_silent_location_makes_no_new_alert_but_keeps_an_old_one_for_a_day(store: Store) -> None:
    world = World(store, rules=(down_rule(min_locations=2), down_rule("any")))
    store.alerts.seen("there", T0)
    world.turns("x/a", began=True, location="there")
    world.until(5)
    world.turns("x/a", began=True)
    world.until(10)
    assert {alert.rule for alert in store.alerts.alerts()} == {"any"}
    world.turns("x/a", began=False)
    world.until(30, step=20 * SECOND)
    (alert,) = store.alerts.alerts()
    assert alert.resolved_at is None
    world.now = T0 + DAY + HOUR
    world.until(25.5 * 60, step=MINUTE)
    (alert,) = store.alerts.alerts()
    assert alert.resolution == "its condition does not hold any more"


def test_trouble_of_the_prober_goes_on_over_a_reload_and_ends_only_when_the_daemon_says_so(store: Store) -> None:
    level = LevelRule(level=AlertLevel.CRITICAL, condition=ProberCondition(), notify=("mail",))
    world = World(store, rules=(replace(down_rule("prober"), levels=(level,)),))
    world.health = ("the scheduler does not tick",)
    world.until(3)
    world.restart()
    world.until(8)
    world.restart()
    world.health = None  # the daemon has said nothing yet
    world.until(9)
    world.health = ("the event loop stood still",)
    world.until(15)
    assert world.told() == [("firing", "mail", ("here",))]
    world.health = ()
    world.until(30, step=20 * SECOND)
    assert world.told()[1:] == [("resolved", "mail", ("here over",))]


def test_who_has_lost_the_lease_asks_for_it_before_it_plans_again(world: World) -> None:
    world.planner.tick(world.now)
    world.store.alerts.lease("h", now=world.now, until=world.now)
    assert world.store.alerts.lease("other", now=world.now, until=world.now + MINUTE)
    world.turns("x/a", began=True)
    with pytest.raises(LeaseLost):
        world.planner.tick(world.now)
    assert not world.planner.tick(world.now).is_planning
    assert world.store.alerts.load().book == Book()


def test_a_rule_that_is_gone_after_a_reload_ends_its_alerts(world: World) -> None:
    world.turns("x/a", began=True)
    world.until(3)
    world.rules = ()
    world.restart()
    world.until(10)
    assert world.told() == [FIRING, RESOLVED]


def test_a_group_of_all_checks_is_one_thread(store: Store) -> None:
    world = World(store, rules=(down_rule(grouping=Grouping(by=(), wait=0)),))
    world.turns("x/a", "y/c", began=True)
    world.until(1)
    assert world.told() == [("firing", "mail", ("x/a", "y/c"))]


def test_opening_the_store_again_changes_nothing(world: World, url: Sensitive) -> None:
    world.turns("x/a", began=True)
    world.until(1)
    with open_store(url) as again:
        world.store = again
        world.restart()
        world.until(20)
        assert world.told() == [FIRING]
