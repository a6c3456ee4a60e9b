"""Messages as they are written, of a real store with a real past."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from probe.alerting.book import Book, Draft, Entered, Plan, Thread
from probe.model.alert import Alert, Facts
from probe.model.channel import ChannelSettings
from probe.model.check import AddressPolicy, Api
from probe.model.errors import StoreUnreachable
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.notification import MOST_ENTRIES, CauseKind, Delivery, DeliveryState, Message, Occasion, PhaseTime
from probe.model.result import AssertionOutcome, Result, State, Verdict
from probe.model.rule import AlertRule, BurnCondition, LevelRule, StateCondition, Subject, SubjectKind
from probe.model.sample import FailureKind, Phases
from probe.model.sensitive import Sensitive
from probe.model.sla import AlertLevel, CalendarUnit, Objective, ObjectiveKind, SlaRules
from probe.model.units import DAY, HOUR, MINUTE, Micros, from_iso
from probe.runtime.alerts.composing import MOST_NAMED, Composed, compose
from probe.runtime.alerts.enriching import LONGEST, MOST_ENRICHED, PAST_RUNS
from probe.runtime.alerts.job import AlertJob
from probe.runtime.sla import SlaJob
from probe.runtime.standing import stand
from probe.slo.periods import Period
from probe.store import Store, open_store
from tests.fakes.checks import make_check
from tests.fakes.clock import FakeClock

NOW = from_iso("2026-11-20T10:00:00Z")
BEGAN = NOW - 13 * MINUTE
TARGET = Fraction("0.999")
MONTHLY = Objective(name="availability", kind=ObjectiveKind.AVAILABILITY, target=TARGET, window=CalendarUnit.MONTH)
ROLLING = replace(MONTHLY, window=30 * DAY)
CHECK = "orders/list"
UNMET = AssertionOutcome(expectation="status == 200", verdict=Verdict.FAILED, actual="503")
RULE = AlertRule(
    name="down",
    scope=Scope(),
    levels=(LevelRule(level=AlertLevel.CRITICAL, condition=StateCondition(state=State.DOWN), notify=("mail",)),),
    note="restart it",
    runbook="https://wiki.test/orders",
)
BUDGET = replace(
    RULE,
    name="budget",
    levels=(LevelRule(level=AlertLevel.CRITICAL, condition=BurnCondition(), notify=("mail",)),),
)
FACTS = replace(
    make_check(CHECK, url="https://orders.test/v1/list").facts,
    name="list",
    labels=(("team", "commerce"),),
    objectives=(ROLLING,),
)
JOB = AlertJob(
    store=Sensitive.plain("sqlite://"),
    location="default",
    timezone="Europe/Berlin",
    apis=(Api(id="orders", name="Orders API", objectives=(MONTHLY,)),),
    checks=(FACTS,),
    rules=(RULE,),
    channels=(ChannelSettings(name="mail", type="email", expires_after=HOUR),),
    sla=SlaRules(),
    report_url="https://status.test/site/",
    title="Example APIs",
    addresses=AddressPolicy(),
)
PHASES = Phases(dns=1_000, connect=3_000, tls=9_000, send=100, wait=100_000, transfer=900)


def alert(number: int = 1, check: str = CHECK, **changes: object) -> Alert:
    plain = Alert(
        id=f"a{number:010x}",
        rule="down",
        subject=Subject(SubjectKind.CHECK, check),
        level=AlertLevel.CRITICAL,
        since=BEGAN,
        fired_at=BEGAN + 2 * MINUTE,
        reading="down: expected status == 200, found 503",
        facts=Facts(failure=FailureKind.ASSERTION, http_status=503, detail="expected status == 200, found 503"),
        locations=("default",),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # of the test's own fields


def draft(*alerts: Alert, channel: str = "mail", number: int = 1, **changes: object) -> Draft:
    thread = Thread(id=f"t-{channel}", channel=channel, group=(("api", "orders"),), opened_at=BEGAN, number=number)
    new = frozenset(each.id for each in alerts)
    plain = Draft(message=f"msg_{channel}_{number}", thread=thread, occasion=Occasion.FIRING, alerts=alerts, new=new)
    return replace(plain, **changes)  # type: ignore[arg-type]  # of the test's own fields


def result(slot: Micros, state: State, check: str = CHECK) -> Result:
    is_up = state is State.UP
    wait = PHASES.wait if is_up else 800_000
    return Result(
        check=check,
        location="default",
        scheduled_at=slot,
        state=state,
        failure=None if is_up else FailureKind.ASSERTION,
        detail=None if is_up else "expected status == 200, found 503",
        http_status=200 if is_up else 503,
        latency_us=114_000,
        phases=replace(PHASES, wait=wait),
        attempts=1,
        outcomes=(replace(UNMET, verdict=Verdict.PASSED, actual=None) if is_up else UNMET,),
        definition="d",
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A day up, then down for the last 13 minutes."""
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")) as opened:
        opened.register([make_check(CHECK)])
        up = [result(slot, State.UP) for slot in range(BEGAN - DAY, BEGAN, MINUTE)]
        opened.record(up + [result(slot, State.DOWN) for slot in range(BEGAN, NOW, MINUTE)])
        yield opened


def composed(store: Store, *drafts: Draft, job: AlertJob = JOB, **other: object) -> Composed:
    alerts: Mapping[str, Alert] = {each.id: each for one in drafts for each in one.alerts}
    return compose(drafts, job=job, store=store, now=NOW, **{"alerts": alerts, "clock": FakeClock(NOW), **other})  # type: ignore[arg-type]


def message(store: Store, *drafts: Draft, **other: object) -> Message:
    return composed(store, *drafts, **other).deliveries[0].message  # type: ignore[arg-type]


def test_a_message_says_all_that_is_known_of_an_outage(store: Store) -> None:
    (delivery,) = composed(store, draft(alert())).deliveries
    told = delivery.message
    assert (told.id, told.channel, told.thread, told.number) == ("msg_mail_1", "mail", "t-mail", 1)
    assert (told.status, told.title, told.level) == ("CRITICAL", "Orders API: list is down", AlertLevel.CRITICAL)
    assert (delivery.state, delivery.due_at, delivery.expires_at) == (DeliveryState.WAITING, NOW, NOW + HOUR)
    assert delivery.alerts == (alert().id,)
    (entry,) = told.entries
    assert entry.name == "list"
    assert entry.lasted == 13 * MINUTE
    assert entry.outcomes == (UNMET,)
    assert PhaseTime("wait", 800_000, 100_000) in entry.phases
    assert PhaseTime("tls", 9_000, 9_000) in entry.phases
    assert len(entry.past) == PAST_RUNS
    assert [run.state for run in entry.past[-14:]] == [State.UP, *[State.DOWN] * 13]
    assert (entry.note, entry.runbook, entry.labels) == ("restart it", RULE.runbook, (("team", "commerce"),))


def test_the_budget_is_what_probe_slo_says(store: Store) -> None:
    told = message(store, draft(alert()))
    assert told.budget is not None
    own = told.entries[0].budget
    assert own is not None
    assert told.budget.sentence == "this outage used 30 % of November's budget; 30 minutes are left"
    assert own.sentence == "this outage used 30 % of the 30-day budget; 30 minutes are left"
    asked = SlaJob(
        period=Period(NOW - DAY, NOW),
        now=NOW,
        zone=ZoneInfo(JOB.timezone),
        location="default",
        rules=JOB.sla,
        checks=JOB.checks,
        apis=JOB.apis,
        wanted=(CHECK,),
    )
    for impact, (standing,) in zip(
        (own, told.budget), (stand(asked, store).checks, stand(asked, store).apis), strict=True
    ):
        status = standing.status
        assert status.spent is not None
        assert impact.left == int(status.budget - status.spent)
        assert impact.spent_ratio == float(status.spent / status.budget)


def test_an_outage_without_an_objective_says_nothing_of_a_budget(store: Store) -> None:
    job = replace(JOB, apis=(Api(id="orders", name="Orders API"),), checks=(replace(FACTS, objectives=()),))
    told = message(store, draft(alert()), job=job)
    assert told.budget is None
    assert told.entries[0].budget is None


def test_links_lead_to_the_incident(store: Store) -> None:
    told = message(store, draft(alert()))
    incident = "https://status.test/site/checks/orders/list.html#incident-20261120T094700Z"
    assert told.link == incident
    assert told.entries[0].links == (
        ("Incident", incident),
        ("Orders API", "https://status.test/site/apis/orders.html"),
    )
    without = message(store, draft(alert()), job=replace(JOB, report_url=""))
    assert (without.link, without.entries[0].links) == ("", ())


def test_what_is_no_incident_links_to_the_page_of_its_check(store: Store) -> None:
    told = message(store, draft(alert(rule="budget")), job=replace(JOB, rules=(RULE, BUDGET)))
    page = "https://status.test/site/checks/orders/list.html"
    assert (told.link, told.entries[0].links[0]) == (page, ("Check", page))


def test_maintenance_is_no_part_of_how_long_it_lasted(store: Store) -> None:
    schedule = Once(start=NOW - 5 * MINUTE, end=NOW + HOUR)
    window = MaintenanceWindow(name="move", scope=Scope(), schedule=schedule)
    told = message(store, draft(alert()), job=replace(JOB, windows=(window,)))
    assert told.entries[0].lasted == 8 * MINUTE


def test_what_is_over_lasted_until_its_first_good_result(store: Store) -> None:
    over = alert(resolved_at=NOW - MINUTE, ended=NOW - 3 * MINUTE, resolution="up again")
    told = message(store, draft(over, occasion=Occasion.RESOLVED))
    assert told.status == "RESOLVED"
    assert (told.entries[0].lasted, told.entries[0].resolution) == (10 * MINUTE, "up again")


def test_who_took_it_on_is_told(store: Store) -> None:
    told = message(store, draft(alert(acknowledged_at=NOW - MINUTE, acknowledged_by="anna")))
    assert told.entries[0].acknowledged == "anna, 20 Nov 2026, 10:59:00 CET"


def test_why_nobody_was_told_before_is_told(store: Store) -> None:
    told = message(store, draft(alert(), muted={alert().id: "maintenance “move” ran"}))
    assert told.entries[0].muted == "maintenance “move” ran"


def test_what_checks_share_is_told(store: Store) -> None:
    facts = [replace(FACTS, id=f"orders/c{n}", name=f"c{n}") for n in range(3)]
    alerts = [alert(n, each.id) for n, each in enumerate(facts)]
    told = message(store, draft(*alerts), job=replace(JOB, checks=(*facts, FACTS)))
    assert told.title == "Orders API: 3 checks are down"
    assert told.cause is not None
    assert told.cause.shared == ((CauseKind.STATUS, "503"),)
    assert told.link == "https://status.test/site/apis/orders.html"


def test_checks_that_only_burn_their_budgets_are_not_said_to_fail(store: Store) -> None:
    facts = [replace(FACTS, id=f"orders/c{n}", name=f"c{n}") for n in range(4)]
    job = replace(JOB, checks=tuple(facts), rules=(RULE, BUDGET))
    down = [alert(n, each.id) for n, each in enumerate(facts[:2])]
    burning = [alert(10 + n, each.id, rule="budget", facts=None) for n, each in enumerate(facts)]
    told = message(store, draft(*down), job=job, alerts={each.id: each for each in (*down, *burning)})
    assert told.cause is not None
    assert told.cause.sentence == "both checks get status 503"


def earlier(*alerts: Alert, number: int = 1, channel: str = "mail", **changes: object) -> Delivery:
    plain = Delivery(
        message=Message(
            id=f"msg_earlier_{number}",
            channel=channel,
            thread=f"t-{channel}",
            number=number,
            occasion=Occasion.FIRING,
            level=AlertLevel.CRITICAL,
            title="Orders API: list is down",
            status="CRITICAL",
            group=(("api", "orders"),),
            at=NOW - HOUR,
            zone="Europe/Berlin",
            entries=(),
        ),
        state=DeliveryState.WAITING,
        due_at=NOW + HOUR,
        expires_at=NOW + DAY,
        alerts=tuple(each.id for each in alerts),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # of the test's own fields


def test_a_message_says_what_earlier_ones_did_not_get_to_say(store: Store) -> None:
    told_before = alert(7, resolved_at=NOW - MINUTE, ended=NOW - 2 * MINUTE)
    stored = Entered(plan=Plan(book=Book(alerts={told_before.id: told_before}), alerts=(told_before,)))
    store.alerts.lease("me", now=NOW, until=NOW + MINUTE)
    store.alerts.enter(stored, holder="me", now=NOW)
    store.outbox.add([earlier(told_before)])
    found = composed(store, draft(alert(), number=2))
    assert found.superseded == ("msg_earlier_1",)
    assert found.deliveries[0].alerts == (alert().id, told_before.id)
    assert [entry.alert for entry in found.deliveries[0].message.entries] == [alert().id, told_before.id]


def test_an_earlier_message_whose_alert_is_nowhere_goes_out_itself(store: Store) -> None:
    store.outbox.add([earlier(alert(99))])
    found = composed(store, draft(alert(), number=2))
    assert found.superseded == ()
    assert found.deliveries[0].alerts == (alert().id,)


def test_what_another_channel_waits_for_is_left_alone(store: Store) -> None:
    copy = earlier(alert(), number=3)
    store.outbox.add([replace(copy, message=replace(copy.message, channel="hook"))])
    assert composed(store, draft(alert(), number=2)).superseded == ()


def test_what_reached_nobody_is_named_on_another_channel(store: Store) -> None:
    lost = earlier(alert(), state=DeliveryState.FAILED, why="550 no such user")
    found = composed(store, draft(alert(), number=2), draft(alert(), channel="hook"), undelivered=[lost])
    assert found.named == {"msg_earlier_1": "msg_hook_1"}
    mail, hook = (each.message for each in found.deliveries)
    assert mail.undelivered == ()
    assert hook.undelivered == (
        "“CRITICAL Orders API: list is down” of 20 Nov 2026, 10:00:00 CET did not reach mail: 550 no such user",
    )


def test_of_many_that_reached_nobody_the_rest_is_counted(store: Store) -> None:
    lost = [earlier(alert(), number=n, state=DeliveryState.FAILED) for n in range(MOST_NAMED + 5)]
    found = composed(store, draft(alert()), undelivered=lost)
    assert len(found.named) == len(lost)
    said = found.deliveries[0].message.undelivered
    assert len(said) == MOST_NAMED + 1
    assert said[-1] == "5 more messages reached nobody: `probe deliveries list` names them"


def test_a_store_that_fails_costs_no_message(store: Store) -> None:
    store.close()

    class Away:
        def __getattr__(self, name: str) -> Callable[..., object]:
            raise StoreUnreachable("the store is away")

    told = message(cast(Store, Away()), draft(alert()))
    assert told.title == "Orders API: list is down"
    (entry,) = told.entries
    assert (entry.reading, entry.facts) == (alert().reading, alert().facts)
    assert (entry.past, entry.phases, entry.budget) == ((), (), None)


def test_a_store_that_is_slow_costs_no_message(store: Store) -> None:
    clock = FakeClock(NOW)

    class Slow:
        def __init__(self, real: Store) -> None:
            self._real = real

        def __getattr__(self, name: str) -> object:
            clock.advance(LONGEST / 2 + 0.1)
            return getattr(self._real, name)

    told = message(cast(Store, Slow(store)), draft(alert()), clock=clock)
    assert told.title == "Orders API: list is down"
    assert told.entries[0].past == ()


def test_a_bug_in_what_is_added_costs_no_message(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("probe.runtime.alerts.composing.likely_cause", broken)
    told = message(store, draft(alert()))
    assert told.cause is None
    assert told.entries[0].past


def test_an_alert_of_a_check_that_no_file_defines_any_more_is_told(store: Store) -> None:
    told = message(store, draft(alert(2, "old/gone")))
    assert told.title == "old: old/gone is down"
    assert told.entries[0].lasted == 13 * MINUTE


def test_an_alert_of_the_prober_is_told(store: Store) -> None:
    told = message(store, draft(alert(subject=Subject(SubjectKind.PROBER, "default"), rule="prober")))
    assert told.title == "The prober at default is in trouble"
    assert told.link == "https://status.test/site/index.html"


def test_ten_thousand_alerts_are_one_message_within_a_second_of_cpu(store: Store) -> None:
    facts = [replace(FACTS, id=f"orders/c{n}", name=f"c{n}") for n in range(10_000)]
    alerts = [alert(n, each.id) for n, each in enumerate(facts)]
    job = replace(JOB, checks=tuple(facts))
    began = time.process_time()
    (delivery,) = composed(store, draft(*alerts), job=job).deliveries
    took = time.process_time() - began
    assert len(delivery.alerts) == 10_000
    assert len(delivery.message.entries) == MOST_ENTRIES
    assert delivery.message.more == (10_000 - MOST_ENTRIES, 0)
    assert delivery.message.cause is not None
    assert delivery.message.cause.alerts == (10_000, 10_000)
    assert took < 2, took  # 0.5 s on the machine it was made on
    assert MOST_ENRICHED < MOST_ENTRIES
