"""Whether a rule's condition holds: by what has begun, for how long, of whom; and both kinds composed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from probe.alerting.begun import Begun, in_turn
from probe.alerting.conditions import Found, MetricPath, View, judge
from probe.alerting.context import Down
from probe.alerting.estate import Estate
from probe.alerting.watching import confirmed_down, watch_of
from probe.model.alert import Facts, Turn
from probe.model.check import Api, Confirm, Operator
from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    Condition,
    Held,
    LevelRule,
    Metric,
    MetricCondition,
    NoDataPolicy,
    ProberCondition,
    StateCondition,
    Statistic,
    Subject,
    SubjectKind,
)
from probe.model.sla import AlertLevel, GroupKind, GroupRule
from probe.model.units import MINUTE, Micros
from tests.fakes.alerting import T0, check_facts, of_check

DOWN = StateCondition(state=State.DOWN)
CONFIRM = Confirm(retries=0, after=0)


def at(minutes: float) -> Micros:
    return T0 + round(minutes * MINUTE)


def rule(condition: Condition = DOWN, **other: object) -> AlertRule:
    level = LevelRule(level=AlertLevel.CRITICAL, condition=condition, notify=("mail",))
    made = AlertRule(name="r", scope=Scope(), levels=(level,))
    return replace(made, **other)  # type: ignore[arg-type]


def turn(
    check: str,
    minutes: float,
    condition: StateCondition = DOWN,
    *,
    began: bool = True,
    of: AlertRule | None = None,
    **other: object,
) -> Turn:
    made = Turn(
        check=check,
        location="here",
        watch=watch_of(condition, of or rule(condition), CONFIRM),
        began=began,
        slot=at(minutes),
        known_at=at(minutes),
        facts=Facts(detail="refused"),
    )
    return replace(made, **other)  # type: ignore[arg-type]


def view(
    *turns: Turn,
    minutes: float,
    checks: tuple[str, ...] = ("x/a",),
    apis: tuple[Api, ...] = (),
    metrics: dict[MetricPath, Found] | None = None,
    trouble: tuple[str, Micros] | None = None,
) -> View:
    estate = Estate.of(map(check_facts, checks), apis, location="here")
    return View(now=at(minutes), estate=estate, begun=Begun(turns).by_check, metrics=metrics or {}, trouble=trouble)


class TestDatadogsTimings:
    """STANDARDS §2.2: the timer starts when the last retry has failed."""

    def test_fail_at_15_with_13_minutes_alerts_at_28(self) -> None:
        lasting = rule(StateCondition(state=State.DOWN, held=Held(duration=13 * MINUTE)))
        failed = turn("x/a", 15, of=lasting, condition=lasting.levels[0].condition)  # type: ignore[arg-type]
        before = judge(lasting, of_check("x/a"), view(failed, minutes=27.9))
        assert (before.signal, before.again_at) == (None, at(28))
        signal = judge(lasting, of_check("x/a"), view(failed, minutes=28)).signal
        assert signal
        assert (signal.since, signal.held_at) == (at(15), at(28))

    def test_two_retries_a_minute_apart_with_5_minutes_alert_at_37_and_recover_at_60(self) -> None:
        lasting = rule(StateCondition(state=State.DOWN, held=Held(duration=5 * MINUTE)))
        condition = lasting.levels[0].condition
        assert isinstance(condition, StateCondition)
        failed = turn("x/a", 30, condition, of=lasting, known_at=at(32))
        assert judge(lasting, of_check("x/a"), view(failed, minutes=36.9)) == (None, at(37))
        assert judge(lasting, of_check("x/a"), view(failed, minutes=37)).signal
        passed = turn("x/a", 60, condition, began=False, of=lasting)
        assert judge(lasting, of_check("x/a"), view(failed, passed, minutes=60)).signal is None


class TestStates:
    def test_tells_why_and_where(self) -> None:
        signal = judge(rule(), of_check("x/a"), view(turn("x/a", 0), minutes=1)).signal
        assert signal
        assert (signal.reading, signal.locations, signal.level) == ("down: refused", ("here",), "critical")

    def test_needs_as_many_locations_as_the_rule_says(self) -> None:
        two = rule(min_locations=2)
        here, there = turn("x/a", 0), turn("x/a", 3, location="there")
        assert judge(two, of_check("x/a"), view(here, minutes=5)).signal is None
        signal = judge(two, of_check("x/a"), view(here, there, minutes=5)).signal
        assert signal
        assert (signal.since, signal.held_at, signal.locations) == (at(0), at(3), ("here", "there"))

    @pytest.mark.parametrize(
        ("group", "needed"),
        [
            (GroupRule(), 1),
            (GroupRule(kind=GroupKind.ANY), 3),
            (GroupRule(kind=GroupKind.QUORUM, quorum=2), 2),
            (GroupRule(kind=GroupKind.MEAN), 1),
        ],
    )
    def test_of_an_api_follow_its_group(self, group: GroupRule, needed: int) -> None:
        api = Subject(SubjectKind.API, "x")
        whole = rule(per=SubjectKind.API)
        checks = ("x/a", "x/b", "x/c")
        for down in range(1, 4):
            turns = [turn(check, number) for number, check in enumerate(checks[:down])]
            seen = view(*turns, minutes=5, checks=checks, apis=(Api(id="x", name="X", group=group),))
            signal = judge(whole, api, seen).signal
            assert bool(signal) is (down >= needed)
            assert signal is None or signal.since == at(needed - 1)

    @pytest.mark.parametrize(
        ("policy", "holds", "has_data"),
        [
            (NoDataPolicy.KEEP, True, True),
            (NoDataPolicy.NO_DATA, True, False),
            (NoDataPolicy.OK, False, True),
            (NoDataPolicy.ALERT, True, True),
        ],
    )
    def test_without_data_by_the_policy(self, policy: NoDataPolicy, holds: bool, has_data: bool) -> None:
        its = rule(no_data=policy)
        seen = view(turn("x/a", 0), turn("x/a", 3, StateCondition(state=State.UNKNOWN)), minutes=5)
        signal = judge(its, of_check("x/a"), seen).signal
        assert bool(signal) is holds
        assert signal is None or signal.has_data is has_data

    def test_of_an_api_begin_at_as_many_locations_as_the_rule_says_and_name_all_of_them(self) -> None:
        whole = rule(per=SubjectKind.API, min_locations=2)
        turns = [
            turn("api/a", minute, of=whole, location=location)
            for minute, location in ((1, "here"), (4, "there"), (6, "elsewhere"))
        ]
        seen = judge(whole, Subject(SubjectKind.API, "api"), view(*turns, minutes=10, checks=("api/a",))).signal
        assert seen is not None
        assert (seen.held_at, seen.locations) == (at(4), ("elsewhere", "here", "there"))

    def test_having_no_data_may_be_an_alert_itself(self) -> None:
        seen = view(turn("x/a", 3, StateCondition(state=State.UNKNOWN)), minutes=5)
        signal = judge(rule(no_data=NoDataPolicy.ALERT), of_check("x/a"), seen).signal
        assert signal
        assert signal.reading.startswith("no data")
        assert judge(rule(), of_check("x/a"), seen).signal is None


class TestTheProber:
    def test_is_in_trouble_after_a_while(self) -> None:
        its = rule(ProberCondition())
        subject = Subject(SubjectKind.PROBER, "here")
        assert judge(its, subject, view(minutes=5, trouble=("the disk is full", at(4.5)))) == (None, at(5.5))
        signal = judge(its, subject, view(minutes=6, trouble=("the disk is full", at(4.5)))).signal
        assert signal
        assert signal.reading == "the disk is full"
        assert judge(its, subject, view(minutes=6)).signal is None


SLOW = MetricCondition(
    text="p95(latency) over 5m > 1s", metric=Metric.LATENCY, statistic=Statistic.PERCENTILE, period=5 * MINUTE,
    operator=Operator.GREATER, threshold=1_000_000,  # type: ignore[arg-type]
)  # fmt: skip


class TestComposed:
    def seen(self, minutes: float, *, down: bool, slow: bool, path: str = "1") -> View:
        metrics: dict[MetricPath, Found] = {}
        if slow:
            metrics["r", AlertLevel.CRITICAL, path, of_check("x/a")] = Found(at(1), at(2), "p95 is 2 s", "at most 1 s")
        turns = [turn("x/a", 3)] if down else []
        return view(*turns, minutes=minutes, metrics=metrics)

    def test_all_needs_all_of_them_and_tells_both(self) -> None:
        both = rule(AllOf(conditions=(DOWN, SLOW)))
        for down, slow in ((True, False), (False, True), (False, False)):
            assert judge(both, of_check("x/a"), self.seen(5, down=down, slow=slow)).signal is None
        signal = judge(both, of_check("x/a"), self.seen(5, down=True, slow=True)).signal
        assert signal
        assert (signal.since, signal.held_at) == (at(3), at(3))
        assert signal.reading == "down: refused and p95 is 2 s"

    def test_any_needs_one(self) -> None:
        either = rule(AnyOf(conditions=(DOWN, SLOW)))
        assert judge(either, of_check("x/a"), self.seen(5, down=True, slow=False)).signal
        assert judge(either, of_check("x/a"), self.seen(5, down=False, slow=True)).signal
        assert judge(either, of_check("x/a"), self.seen(5, down=False, slow=False)).signal is None

    def test_the_most_urgent_level_that_holds_is_the_alerts(self) -> None:
        warning = LevelRule(level=AlertLevel.WARNING, condition=SLOW, notify=())
        both = replace(rule(), levels=(*rule().levels, warning))
        metrics: dict[MetricPath, Found] = {("r", AlertLevel.WARNING, "", of_check("x/a")): Found(at(1), at(2), "slow")}
        levels = [
            judge(both, of_check("x/a"), view(*turns, minutes=5, metrics=metrics)).signal
            for turns in ((), (turn("x/a", 3),))
        ]
        assert [signal and signal.level for signal in levels] == [AlertLevel.WARNING, AlertLevel.CRITICAL]


class TestBegun:
    def test_what_turns_twice_is_seen_in_two_pieces(self) -> None:
        turns = [turn("x/a", 0), turn("x/b", 0), turn("x/a", 1, began=False), turn("x/a", 2)]
        assert [[(each.check, each.began) for each in piece] for piece in in_turn(turns)] == [
            [("x/a", True), ("x/b", True)], [("x/a", False)], [("x/a", True)],
        ]  # fmt: skip

    def test_tells_what_is_down_that_others_depend_on(self) -> None:
        depending = check_facts("y/z", depends_on=("x", "x/a"))
        estate = Estate.of(
            (check_facts("x/a"), check_facts("x/b"), depending), (Api(id="x", name="X"),), location="here"
        )
        down = replace(turn("x/a", 0), watch=confirmed_down(CONFIRM))
        begun = Begun([down])
        assert begun.down(estate) == {"x/a": Down(at(0)), "x": Down(at(0))}
        begun.apply(replace(down, began=False, slot=at(3), known_at=at(4)))
        assert begun.down(estate) == {"x/a": Down(at(4), at(4)), "x": Down(at(4), at(4))}
