"""A message as it might be, for whoever wants to see that a channel works, or what a template makes of it."""

from __future__ import annotations

from typing import Final

from probe.model.alert import Facts
from probe.model.notification import BudgetImpact, Entry, Message, Occasion, PastRun, PhaseTime
from probe.model.result import AssertionOutcome, State, Verdict
from probe.model.rule import Subject, SubjectKind
from probe.model.sample import FailureKind
from probe.model.sla import AlertLevel
from probe.model.units import MILLISECOND, MINUTE, SECOND, Micros

TITLE: Final = "Sample API: checkout is down (this is a test)"


def sample_message(
    channel: str, *, id_: str, thread: str, now: Micros, zone: str = "UTC", site: str = "", link: str = ""
) -> Message:
    """One that looks like any other, and says in its status, its title and its reading that it is a test."""
    return Message(
        id=id_,
        channel=channel,
        thread=thread,
        number=1,
        occasion=Occasion.TEST,
        level=AlertLevel.CRITICAL,
        title=TITLE,
        status="TEST",
        group=(("api", "sample"),),
        at=now,
        zone=zone,
        entries=(_entry(now, link),),
        budget=_BUDGET,
        link=link,
        site=site,
    )


def _entry(now: Micros, link: str) -> Entry:
    since = now - 3 * MINUTE
    return Entry(
        alert="a0000000000",
        rule="test",
        subject=Subject(SubjectKind.CHECK, "sample/checkout"),
        name="Sample API: checkout",
        level=AlertLevel.CRITICAL,
        is_firing=True,
        is_new=True,
        since=since,
        fired_at=now,
        resolved_at=None,
        lasted=now - since,
        reading="this is a test: nothing is wrong. Otherwise it might say: down 3 times in a row",
        expected="up",
        labels=(("team", "sample"),),
        locations=("default",),
        facts=Facts(
            failure=FailureKind.ASSERTION,
            detail="status == 200 failed: it is 503",
            http_status=503,
            phase="transfer",
            address="192.0.2.10:443",
            host="api.example.com",
        ),
        outcomes=(AssertionOutcome(expectation="status == 200", verdict=Verdict.FAILED, actual="503"),),
        phases=tuple(
            PhaseTime(phase, took * MILLISECOND, usual * MILLISECOND)
            for phase, took, usual in (("dns", 2, 2), ("connect", 11, 12), ("tls", 24, 23), ("wait", 912, 96))
        ),
        past=tuple(_past(since, number) for number in range(-17, 3)),
        budget=_BUDGET,
        note="what the rule's note says to its readers",
        runbook="",
        links=(("the report", link),) if link else (),
    )


def _past(since: Micros, number: int) -> PastRun:
    is_well = number < 0
    return PastRun(
        since + number * MINUTE, State.UP if is_well else State.DOWN, (130 if is_well else 949) * MILLISECOND
    )


_BUDGET: Final = BudgetImpact(
    objective="availability 99.9 % of 30 days",
    used_ratio=0.07,
    spent_ratio=0.31,
    left=29 * MINUTE + 48 * SECOND,
    sentence="this outage used 7 % of the last 30 days' budget; 29 minutes are left",
)
