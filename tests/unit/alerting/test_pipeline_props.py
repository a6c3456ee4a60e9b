"""Whatever happens in whatever order: nothing is told twice, nothing is forgotten, and everything has its reason."""

from __future__ import annotations

from collections import Counter
from itertools import groupby, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.alerting.book import Book
from probe.alerting.context import Acknowledged, Muted
from probe.model.alert import Outcome
from probe.model.maintenance import Scope
from probe.model.rule import Escalation
from probe.model.sla import AlertLevel
from probe.model.units import HOUR, MINUTE, SECOND
from tests.fakes.alerting import Desk, down_rule

CHECKS = ("x/a", "x/b", "y/c")

EVENTS = st.one_of(
    st.tuples(st.just("down"), st.sampled_from(CHECKS), st.sampled_from(list(AlertLevel))),
    st.tuples(st.just("up"), st.sampled_from(CHECKS), st.none()),
    st.tuples(st.just("mute"), st.sampled_from(("x", "y")), st.none()),
    st.tuples(st.just("unmute"), st.none(), st.none()),
    st.tuples(st.just("acknowledge"), st.sampled_from(CHECKS), st.none()),
    st.tuples(st.just("restart"), st.none(), st.none()),
)
HISTORIES = st.lists(st.tuples(st.integers(1, 900), EVENTS), max_size=30)
"""Events, each so many seconds after the one before."""


def lived(history: list[tuple[int, tuple[str, str | None, AlertLevel | None]]]) -> Desk:
    """A desk after all that, and after long enough for everything to be told."""
    rule = down_rule(escalations=(Escalation(after=15 * MINUTE, notify=("boss",)),), notify=("mail", "hook"))
    desk = Desk(rules=(rule,), checks=CHECKS)
    desk.rules = (rule,)
    minutes = 0.0
    for seconds, (kind, what, level) in history:
        minutes += seconds * SECOND / MINUTE
        desk.until(minutes)
        happens(desk, kind, what, level)
    desk.until(minutes + 1)
    desk.muted = []
    desk.up(*CHECKS)
    desk.until(minutes + 30)
    return desk


def happens(desk: Desk, kind: str, what: str | None, level: AlertLevel | None) -> None:
    if kind == "down" and what and level:
        desk.down(what, level=AlertLevel.CRITICAL)
    elif kind == "up" and what:
        desk.up(what)
    elif kind == "mute" and what:
        desk.muted.append(Muted(f"of {what}", Scope(apis=(what,)), None))
    elif kind == "unmute":
        desk.muted = []
    elif kind == "acknowledge":
        firing = [alert for alert in desk.book.alerts.values() if alert.is_firing and alert.subject.id == what]
        desk.acknowledged |= {alert.id: Acknowledged(desk.now, "ann") for alert in firing}
    else:
        desk.restart()
    desk.step()


@settings(max_examples=150, deadline=None)
@given(HISTORIES)
def test_each_alert_is_told_and_untold_once_on_a_channel_and_nothing_is_left(
    history: list[tuple[int, tuple[str, str | None, AlertLevel | None]]],
) -> None:
    desk = lived(history)
    assert desk.book == Book()
    firing, over = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for draft in desk.drafts:
        firing.update((each.id, draft.thread.channel) for each in draft.alerts if each.id in draft.new)
        over.update((each.id, draft.thread.channel) for each in draft.alerts if not each.is_firing)
    assert all(count == 1 for count in firing.values())
    assert firing == over  # who was told that it began was told that it is over, and nobody else
    told = {alert for alert, _ in firing}
    suppressed = {each.alert for each in desk.decisions if each.outcome is Outcome.SUPPRESSED}
    assert desk.alerts.keys() <= told | suppressed


@settings(max_examples=100, deadline=None)
@given(HISTORIES)
def test_of_a_check_one_alert_goes_on_at_a_time_and_no_thread_is_told_more_often_than_it_may(
    history: list[tuple[int, tuple[str, str | None, AlertLevel | None]]],
) -> None:
    desk = lived(history)
    for _, its in groupby(
        sorted(desk.alerts.values(), key=lambda each: (each.subject, each.fired_at)), lambda each: each.subject
    ):
        ends = [(alert.fired_at, alert.resolved_at) for alert in its]
        assert all(end is not None and end <= start for (_, end), (start, _) in pairwise(ends))
    usual = [draft for draft in desk.drafts if str(draft.occasion) != "escalation" and draft.thread.channel == "hook"]
    for key in {draft.thread.key for draft in usual}:
        moments = [draft.thread.last_at or 0 for draft in usual if draft.thread.key == key]
        assert all(later - sooner >= 5 * MINUTE for sooner, later in pairwise(moments))


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.integers(0, 29))
def test_a_restart_anywhere_changes_nothing_that_is_told(
    history: list[tuple[int, tuple[str, str | None, AlertLevel | None]]], where: int
) -> None:
    without = [event for event in history if event[1][0] != "restart"]
    gap = sum(seconds for seconds, _ in without[:where])
    restarted = lived([*without[:where], (1, ("restart", None, None)), *_sooner(without[where:])])
    usual = lived(without)
    assert [(told.channel, told.occasion, told.subjects) for told in restarted.told] == [
        (told.channel, told.occasion, told.subjects) for told in usual.told
    ], gap / (HOUR // SECOND)


def _sooner(
    rest: list[tuple[int, tuple[str, str | None, AlertLevel | None]]],
) -> list[tuple[int, tuple[str, str | None, AlertLevel | None]]]:
    """Everything at the time at which it would have been."""
    if not rest:
        return []
    (seconds, event), *others = rest
    return [(max(1, seconds - 1), event), *others]
