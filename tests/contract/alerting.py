"""Values of alerts, as the tests of the store need them."""

from __future__ import annotations

from dataclasses import replace

from probe.alerting.book import Book, Entered, Plan, Reason, Thread, Told
from probe.model.alert import Alert, Decision, Facts, Outcome, Stage, Turn, Watch
from probe.model.notification import Delivery, DeliveryState, Message, Occasion, Try
from probe.model.result import State
from probe.model.rule import Subject, SubjectKind
from probe.model.sample import FailureKind
from probe.model.sla import AlertLevel
from probe.model.units import DAY, MINUTE, SECOND
from tests.contract.test_store import T0

DOWN = Watch(State.DOWN, 2, 3, 1)
SLOW = Watch(State.DEGRADED, 3, 3, 2)
LIST = Subject(SubjectKind.CHECK, "orders/list")
FACTS = Facts(
    failure=FailureKind.ASSERTION,
    detail="expected status == 200, found 500",
    http_status=500,
    phase="wait",
    address="192.0.2.1:443",
    host="orders.example.com:443",
)
ME = "here-1"


def turn(slot: int = 0, *, began: bool = True, **changes: object) -> Turn:
    """A turn of `orders/list`, `slot` minutes after the first one."""
    plain = Turn(
        check="orders/list",
        location="default",
        watch=DOWN,
        began=began,
        slot=T0 + slot * MINUTE,
        known_at=T0 + slot * MINUTE + 10 * SECOND,
        facts=FACTS if began else Facts(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def alert(number: int = 1, **changes: object) -> Alert:
    """An alert that goes on."""
    plain = Alert(
        id=f"a{number:010x}",
        rule="down",
        subject=LIST,
        level=AlertLevel.CRITICAL,
        since=T0 + number * MINUTE,
        fired_at=T0 + number * MINUTE + SECOND,
        reading="down: expected status == 200, found 500",
        expected="up",
        facts=FACTS,
        locations=("default", "there"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def resolved(of: Alert, after: int = MINUTE) -> Alert:
    """The same, over."""
    return replace(of, resolved_at=of.fired_at + after, ended=of.since + after, resolution="it is up again")


def thread(number: int = 1, **changes: object) -> Thread:
    """An open thread."""
    plain = Thread(
        id=f"t{number:010x}",
        channel="ops",
        group=(("api", "orders"),),
        opened_at=T0,
        due_at=T0 + 30 * SECOND,
        number=1,
        title="Orders API: list is down",
        told={alert().id: Told(AlertLevel.CRITICAL, True, T0)},
        escalated=frozenset({alert().id}),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def decision(of: Alert, **changes: object) -> Decision:
    """That it fired."""
    plain = Decision(
        at=of.fired_at,
        alert=of.id,
        rule=of.rule,
        subject=of.subject,
        stage=Stage.CONDITION,
        outcome=Outcome.FIRED,
        reason="down for 2 of 3 runs",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def message(number: int = 1, **changes: object) -> Message:
    """The first, second, … message of a thread."""
    plain = Message(
        id=f"msg_{number:032x}",
        channel="ops",
        thread="t1",
        number=number,
        occasion=Occasion.FIRING,
        level=AlertLevel.CRITICAL,
        title="Orders API: list is down",
        status="CRITICAL",
        group=(("api", "orders"),),
        at=T0 + number,
        zone="Europe/Berlin",
        entries=(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def delivery(of: Message | None = None, **changes: object) -> Delivery:
    """A message that is due at once."""
    told = message() if of is None else of
    plain = Delivery(
        message=told, state=DeliveryState.WAITING, due_at=told.at, expires_at=told.at + DAY, alerts=(alert().id,)
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def attempt(of: Delivery, *, delivered: bool = True, **changes: object) -> Try:
    """It was sent a second after it was written."""
    plain = Try(
        message=of.message.id,
        at=of.message.at + SECOND,
        took=MINUTE,
        is_delivered=delivered,
        answer="250 queued" if delivered else "451 try later",
        is_final=delivered,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def plan(*alerts: Alert, **changes: object) -> Plan:
    """All of these are in the book, and new or changed; each with its first decision."""
    reason = Reason(Stage.CONDITION, Outcome.FIRED, "down for 2 of 3 runs")
    plain = Plan(
        book=Book(alerts={each.id: each for each in alerts}, reasons={(each.id, ""): reason for each in alerts}),
        alerts=alerts,
        decisions=tuple(decision(each) for each in alerts),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def entered(*alerts: Alert, **changes: object) -> Entered:
    """A plan of these alerts, to be stored."""
    return replace(Entered(plan=plan(*alerts)), **changes)  # type: ignore[arg-type]
