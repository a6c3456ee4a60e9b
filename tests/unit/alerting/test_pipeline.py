"""What is told when, to whom and why not: by the whole pipeline, minute by minute."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from probe.alerting.book import Book
from probe.alerting.context import Acknowledged, Down, Muted
from probe.model.alert import Signal, Silence
from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import Escalation, Grouping, LevelRule, StateCondition
from probe.model.sla import AlertLevel
from probe.model.units import HOUR, MINUTE, SECOND
from tests.fakes.alerting import T0, Desk, check_facts, down_rule, of_check

FIRST = 0.5
"""Minutes that a group waits by default."""


def desk(*checks: str, **rule: object) -> Desk:
    return Desk(rules=(down_rule(**rule),), checks=checks or ("api/a",))  # type: ignore[arg-type]


def silence(**other: object) -> Silence:
    made = Silence(id="s1", scope=Scope(), comment="disk swap", author="ann", start=T0, until=T0 + HOUR, made_at=T0)
    return replace(made, **other)  # type: ignore[arg-type]


class TestOneAlert:
    def test_is_told_once_after_the_wait_and_its_end_after_the_interval(self) -> None:
        at = desk()
        at.down("api/a")
        at.until(3)
        at.up("api/a")
        at.until(60)
        assert at.lines() == [(FIRST, "mail", "firing", ("api/a",)), (FIRST + 5, "mail", "resolved", ("api/a over",))]
        assert at.book == Book()

    def test_that_ends_before_it_is_told_is_not_told_and_says_so(self) -> None:
        at = desk()
        at.down("api/a")
        at.until(0.4)
        at.up("api/a")
        at.until(60)
        assert at.lines() == []
        assert at.reasons("suppressed") == [("grouping", "suppressed", "over within 30s, before it was told")]
        assert at.book == Book()

    def test_that_lasted_though_nobody_was_there_to_tell_is_told_late(self) -> None:
        at = desk()
        at.down("api/a")
        book = at.book
        at.now += 10 * MINUTE  # the alerter was away meanwhile: nothing woke it
        at.book = book
        at.up("api/a")
        assert at.lines() == [(10, "mail", "resolved", ("api/a over",))]
        assert at.drafts[0].new

    def test_is_reminded_of_every_four_hours(self) -> None:
        at = desk()
        at.down("api/a")
        at.until(9 * 60)
        assert [(told.at, told.occasion) for told in at.told] == [
            (0.5, "firing"),
            (240.5, "reminder"),
            (480.5, "reminder"),
        ]

    def test_is_not_reminded_of_once_it_is_acknowledged(self) -> None:
        at = desk()
        at.down("api/a")
        at.until(10)
        at.acknowledged["a0"] = Acknowledged(at.now, "ann")
        at.step()
        at.until(9 * 60)
        assert [told.occasion for told in at.told] == ["firing"]
        assert at.alerts["a0"].acknowledged_by == "ann"

    def test_never_reminds_where_the_rule_says_so(self) -> None:
        at = desk(remind=None)
        at.down("api/a")
        at.until(3 * 24 * 60)
        assert len(at.told) == 1

    def test_that_nobody_wants_to_hear_the_end_of(self) -> None:
        at = desk(resolved=False)
        at.down("api/a")
        at.until(3)
        at.up("api/a")
        at.until(60)
        assert [told.occasion for told in at.told] == ["firing"]
        assert at.book == Book()

    def test_whose_rule_is_gone_ends_and_its_end_is_told(self) -> None:
        at = desk()
        at.down("api/a")
        at.until(3)
        at.rules = ()
        at.step()
        at.until(60)
        assert [told.occasion for told in at.told] == ["firing", "resolved"]
        assert at.alerts["a0"].resolution == "the file has no such rule any more"

    @pytest.mark.parametrize("moment", [0, 0.2, 0.5, 1, 5.5, 7])
    def test_survives_a_restart_at_any_moment(self, moment: float) -> None:
        at, undisturbed = desk(), desk()
        for each in (at, undisturbed):
            each.down("api/a")
            each.until(moment)
            if each is at:
                each.restart()
            each.until(6)
            each.up("api/a")
            each.until(60)
        assert [replace(told, at=0) for told in at.told] == [replace(told, at=0) for told in undisturbed.told]


class TestGroup:
    def test_that_fails_at_once_is_one_message(self) -> None:
        at = desk("x/a", "x/b", "y/c")
        at.down("x/a", "x/b", "y/c")
        at.until(4)
        assert at.lines() == [(FIRST, "mail", "firing", ("x/a", "x/b")), (FIRST, "mail", "firing", ("y/c",))]

    def test_waits_for_others_then_collects_for_an_interval(self) -> None:
        at = desk("x/a", "x/b", "x/c")
        at.down("x/a")
        at.until(0.3)
        at.down("x/b")
        at.until(1)
        at.down("x/c")
        at.until(20)
        assert at.lines() == [
            (FIRST, "mail", "firing", ("x/a", "x/b")),
            (5.5, "mail", "firing", ("x/c", "x/a", "x/b")),
        ]

    def test_tells_that_some_of_it_is_over(self) -> None:
        at = desk("x/a", "x/b")
        at.down("x/a", "x/b")
        at.until(2)
        at.up("x/b")
        at.until(30)
        at.up("x/a")
        at.until(40)
        assert at.lines()[1:] == [(5.5, "mail", "update", ("x/b over", "x/a")), (30, "mail", "resolved", ("x/a over",))]

    def test_that_begins_again_soon_goes_on_in_its_thread_and_is_told_no_more_than_once_an_interval(self) -> None:
        at = desk()
        for minute in range(0, 60, 2):
            at.until(minute)
            at.down("api/a")
            at.until(minute + 1)
            at.up("api/a")
        at.until(120)
        assert len(at.told) <= 13
        assert len({draft.thread.id for draft in at.drafts}) == 1

    def test_that_begins_again_later_is_another_incident(self) -> None:
        at = desk()
        for minute in (0, 30):
            at.until(minute)
            at.down("api/a")
            at.until(minute + 3)
            at.up("api/a")
        at.until(90)
        assert len({draft.thread.id for draft in at.drafts}) == 2
        assert [told.at for told in at.told] == [0.5, 5.5, 30.5, 35.5]

    def test_may_be_of_everything_or_of_single_checks(self) -> None:
        for by, messages in (((), 1), (("check",), 3), (("host",), 2), (("team",), 2)):
            at = desk(grouping=Grouping(by=by))
            at.checks = ("x/a", "x/b", check_facts("y/c", labels=(("team", "red"),)))
            at.down("x/a", "x/b", "y/c")
            at.until(4)
            assert len(at.told) == messages, by

    def test_does_not_let_what_is_worse_wait_for_the_interval(self) -> None:
        warning = LevelRule(level=AlertLevel.WARNING, condition=StateCondition(state=State.DEGRADED), notify=("mail",))
        at = desk("x/a", "x/b")
        at.rules = (*at.rules, replace(down_rule("slow"), levels=(warning,)))
        at.down("x/a", rule="slow", level=AlertLevel.WARNING)
        at.until(1)
        at.down("x/b")
        at.until(4)
        assert [told.at for told in at.told] == [0.5, 1.5]

    def test_does_not_let_what_is_worse_wait_with_what_waits_for_the_interval_already(self) -> None:
        warning = LevelRule(level=AlertLevel.WARNING, condition=StateCondition(state=State.DEGRADED), notify=("mail",))
        by_api = Grouping(by=("api",))
        at = desk("x/a", "x/b", "x/c", grouping=by_api)
        at.rules = (*at.rules, replace(down_rule("slow"), levels=(warning,), grouping=by_api))
        at.down("x/a", rule="slow", level=AlertLevel.WARNING)
        at.until(1)
        at.down("x/b", rule="slow", level=AlertLevel.WARNING)
        at.until(2)
        at.down("x/c")
        at.until(4)
        assert [told.at for told in at.told] == [0.5, 2.5]

    def test_of_ten_thousand_is_planned_quickly(self) -> None:
        names = [f"api{number % 20}/c{number}" for number in range(10_000)]
        at = desk(*names)
        began = time.process_time()
        at.down(*names)
        at.until(1)
        assert time.process_time() - began < 10  # about half a second; a figure is in `make bench`
        assert len(at.told) == 20
        assert sum(len(told.subjects) for told in at.told) == 10_000


class TestWithheld:
    def test_by_maintenance_is_told_when_that_ends_with_why_not_before(self) -> None:
        at = desk()
        at.muted = [Muted("deploy", Scope(apis=("api",)), T0 + 20 * MINUTE)]
        at.down("api/a")
        at.until(20)
        at.muted = []
        at.until(25)
        assert [(told.occasion, told.subjects) for told in at.told] == [("firing", ("api/a",))]
        assert at.told[0].at == pytest.approx(20.5, abs=0.2)
        assert dict(at.drafts[0].muted) == {"a0": "was held back: maintenance “deploy” runs"}
        assert at.reasons("suppressed") == [("maintenance", "suppressed", "maintenance “deploy” runs")]

    def test_by_maintenance_is_never_told_where_it_ends_in_it(self) -> None:
        at = desk()
        at.muted = [Muted("deploy", Scope(), None)]
        at.down("api/a")
        at.until(10)
        at.up("api/a")
        at.muted = []
        at.until(60)
        assert at.told == []
        assert at.reasons("suppressed")[-1][2] == "over before it could be told: maintenance “deploy” runs"

    def test_what_was_told_before_is_told_to_be_over_during_it(self) -> None:
        at = desk()
        at.down("api/a")
        at.until(1)
        at.muted = [Muted("deploy", Scope(), None)]
        at.until(2)
        at.up("api/a")
        at.until(10)
        assert [told.occasion for told in at.told] == ["firing", "resolved"]

    def test_by_a_silence_of_its_rule_only(self) -> None:
        at = desk("x/a")
        at.rules = (down_rule(), down_rule("other"))
        at.silences = [silence(rules=("other",))]
        at.down("x/a")
        at.down("x/a", rule="other")
        at.until(30)
        assert [told.subjects for told in at.told] == [("x/a",)]
        at.until(70)
        assert [(told.at > 60, told.occasion) for told in at.told[1:]] == [(True, "firing")]

    def test_reminders_are_held_back_too(self) -> None:
        at = desk(remind=10 * MINUTE)
        at.down("api/a")
        at.until(5)
        at.silences = [silence()]
        at.until(59)
        assert len(at.told) == 1
        at.until(61)
        assert [told.occasion for told in at.told] == ["firing", "reminder"]

    def test_while_what_it_depends_on_is_down_and_until_it_had_time_to_come_back(self) -> None:
        at = desk()
        at.checks = (check_facts("api/a", depends_on=("gate/way",)), "gate/way")
        at.down_ids = {"gate/way": Down(T0)}
        at.down("api/a", "gate/way")
        at.until(10)
        assert [told.subjects for told in at.told] == [("gate/way",)]
        assert at.reasons("suppressed") == [("inhibition", "suppressed", "depends on gate/way, which is down")]
        at.down_ids = {"gate/way": Down(T0, at.now)}
        at.up("gate/way")
        at.until(11)
        at.up("api/a")
        at.until(60)
        assert [told.subjects for told in at.told] == [("gate/way",), ("gate/way over",)]
        assert ("inhibition", "suppressed", "depends on gate/way, which was down until just now") in at.reasons()

    def test_by_what_that_depends_on_in_its_turn(self) -> None:
        at = desk()
        at.checks = (
            check_facts("api/a", depends_on=("mid/way",)),
            check_facts("mid/way", depends_on=("gate/way",)),
            "gate/way",
        )
        at.down_ids = {"gate/way": Down(T0)}
        at.down("api/a")
        at.until(10)
        assert at.told == []

    def test_by_what_an_api_that_it_depends_on_depends_on(self) -> None:
        at = desk()
        gateway = (check_facts("mid/a", depends_on=("gate/way",)), check_facts("mid/b", depends_on=("gate/way",)))
        at.checks = (check_facts("api/a", depends_on=("mid",)), *gateway, "gate/way")
        at.down_ids = {"gate/way": Down(T0)}
        at.down("api/a")
        at.until(10)
        assert at.told == []

    def test_by_what_only_one_check_of_an_api_depends_on_it_is_not(self) -> None:
        at = desk()
        gateway = (check_facts("mid/a", depends_on=("gate/way",)), check_facts("mid/b"))
        at.checks = (check_facts("api/a", depends_on=("mid",)), *gateway, "gate/way")
        at.down_ids = {"gate/way": Down(T0)}
        at.down("api/a")
        at.until(10)
        assert [told.subjects for told in at.told] == [("api/a",)]

    def test_out_of_its_effective_time(self) -> None:
        at = desk()
        at.closed = {"down": T0 + HOUR}
        at.down("api/a")
        at.until(60)
        at.closed = {}
        at.until(61)
        assert [told.at for told in at.told] == [pytest.approx(60.5, abs=0.3)]


class TestLevels:
    def rules(self) -> Desk:
        levels = tuple(
            LevelRule(level=level, condition=StateCondition(state=State.DOWN), notify=notify)
            for level, notify in ((AlertLevel.CRITICAL, ("pager", "mail")), (AlertLevel.WARNING, ("mail",)))
        )
        return Desk(rules=(replace(down_rule(), levels=levels),))

    def test_that_rise_are_told_at_once_and_to_more(self) -> None:
        at = self.rules()
        at.down("api/a", level=AlertLevel.WARNING)
        at.until(2)
        at.down("api/a", level=AlertLevel.CRITICAL)
        at.until(4)
        assert [(told.at, told.channel) for told in at.told] == [(0.5, "mail"), (2.5, "pager"), (2.5, "mail")]

    def test_that_fall_are_not_told_but_their_end_is_to_everybody(self) -> None:
        at = self.rules()
        at.down("api/a", level=AlertLevel.CRITICAL)
        at.until(2)
        at.down("api/a", level=AlertLevel.WARNING)
        at.until(20)
        at.up("api/a")
        at.until(30)
        assert [(told.channel, told.occasion) for told in at.told] == [
            ("pager", "firing"), ("mail", "firing"), ("pager", "resolved"), ("mail", "resolved"),
        ]  # fmt: skip


class TestEscalation:
    def escalating(self) -> Desk:
        return desk(escalations=(Escalation(after=15 * MINUTE, notify=("boss",)),))

    def test_comes_when_nobody_has_acknowledged(self) -> None:
        at = self.escalating()
        at.down("api/a")
        at.until(30)
        assert at.lines()[1:] == [(15.5, "boss", "escalation", ("api/a",))]
        at.up("api/a")
        at.until(60)
        assert {told.channel for told in at.told if told.occasion == "resolved"} == {"mail", "boss"}

    def test_does_not_come_once_somebody_has(self) -> None:
        at = self.escalating()
        at.down("api/a")
        at.until(5)
        at.acknowledged["a0"] = Acknowledged(at.now, "ann")
        at.step()
        at.until(60)
        assert {told.channel for told in at.told} == {"mail"}

    def test_by_two_steps_at_once_tells_of_an_alert_once(self) -> None:
        steps = tuple(Escalation(after=after * MINUTE, notify=("boss",)) for after in (15, 20))
        at = desk(escalations=steps)
        at.down("api/a")
        at.until(1)
        at.now += HOUR  # the alerter was away meanwhile
        at.restart()
        at.step()
        assert at.lines()[1:] == [(61, "boss", "escalation", ("api/a",))]


def test_that_nobody_is_told_is_said_once() -> None:
    at = desk(notify=())
    at.down("api/a")
    for _ in range(5):
        at.step()
    assert at.reasons() == [
        ("condition", "fired", "critical: down"),
        ("routing", "suppressed", "the rule tells nobody of what is critical"),
    ]


def test_an_alert_that_fires_without_data_says_so() -> None:
    at = desk()
    fired = Signal(
        rule="down", subject=of_check("api/a"), level=AlertLevel.CRITICAL, since=T0, held_at=T0, reading="down", has_data=False
    )  # fmt: skip
    at.step({("down", of_check("api/a")): fired})
    assert not at.alerts["a0"].has_data


def test_a_pass_in_which_nothing_is_new_writes_nothing() -> None:
    at = desk()
    at.down("api/a")
    at.until(1)
    at.step()
    assert at.plans[-1].is_empty
    at.now += SECOND
    at.step()
    assert at.plans[-1].is_empty
