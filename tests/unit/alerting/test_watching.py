from __future__ import annotations

from dataclasses import replace

from probe.alerting.watching import Turned, Watched, folded, watched
from probe.model.alert import Watch
from probe.model.check import CheckFacts, Confirm
from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    AllOf,
    AnyOf,
    BurnCondition,
    Condition,
    Held,
    LevelRule,
    NoDataPolicy,
    ProberCondition,
    StateCondition,
    SubjectKind,
)
from probe.model.sla import AlertLevel
from tests.fakes.checks import make_check
from tests.unit.alerting.slots import slots

DOWN = StateCondition(state=State.DOWN)


def told(line: str, watch: Watch, *, max_gap: int | None = None) -> list[str]:
    """`begin 2 at 4` for each turn of a line of slots."""
    of = Watched(check="shop/list", watches=(watch,), interval=1, max_gap=max_gap)
    _, turned = folded(slots(line), of)
    return [f"{'begin' if each.began else 'end'} {each.slot} at {each.sure_at}" for each in turned]


def down(needed: int, of: int, recoveries: int = 1) -> Watch:
    return Watch(State.DOWN, needed, of, recoveries)


def test_it_begins_with_the_first_of_those_that_make_it_sure_and_ends_likewise() -> None:
    assert told("uudddgguu", down(3, 3, 2)) == ["begin 2 at 4", "end 5 at 6"]


def test_two_of_three_need_not_follow_each_other() -> None:
    assert told("udududd", down(2, 3, 4)) == ["begin 1 at 3"]
    assert told("uduuduud", down(2, 3)) == []


def test_once_it_has_ended_what_was_before_counts_no_more() -> None:
    assert told("dduduud", down(2, 3)) == ["begin 0 at 1", "end 2 at 2"]


def test_a_result_of_the_state_interrupts_the_recovery() -> None:
    assert told("dududuu", down(1, 1, 2)) == ["begin 0 at 0", "end 5 at 6"]


def test_what_is_unknown_neither_counts_nor_interrupts_a_row_of_known_ones() -> None:
    assert told("d?d", down(2, 2)) == ["begin 0 at 2"]


def test_results_that_are_too_far_apart_don_t_follow_on_each_other() -> None:
    assert told("d   d", down(2, 2)) == []
    assert told("d   d", down(2, 2), max_gap=4) == ["begin 0 at 4"]
    assert told("d   uu", down(1, 1, 2)) == ["begin 0 at 0", "end 4 at 5"]


def test_degraded_is_only_what_is_degraded() -> None:
    degraded = Watch(State.DEGRADED, 2, 2, 1)
    assert told("gdgg", degraded) == ["begin 2 at 3"]
    assert told("ggd", degraded) == ["begin 0 at 1", "end 2 at 2"]


def test_of_what_is_not_measured_every_result_counts() -> None:
    unknown = Watch(State.UNKNOWN, 2, 2, 1)
    assert told("u?d??u", unknown) == ["begin 3 at 4", "end 5 at 5"]
    assert told("?     ?", unknown) == ["begin 0 at 6"]


def test_several_watches_of_a_check_don_t_know_of_each_other() -> None:
    both = Watched(check="shop/list", watches=(down(1, 1), down(2, 2, 2)), interval=1)
    standings, turned = folded(slots("udduu"), both)
    assert [(each.watch.needed, each.began, each.slot) for each in turned] == [
        (1, True, 1), (2, True, 1), (1, False, 3), (2, False, 3),
    ]  # fmt: skip
    assert standings == ()


def check(id_: str = "shop/list", *depends_on: str, runs: int = 2, labels: dict[str, str] | None = None) -> CheckFacts:
    found = make_check(id_).facts
    confirm = Confirm(retries=0, after=0, runs=runs, recoveries=3)
    return replace(found, confirm=confirm, depends_on=depends_on, labels=tuple((labels or {}).items()))


def rule(*conditions: Condition, scope: Scope | None = None, recover: int | None = None) -> AlertRule:
    levels = tuple(LevelRule(level=AlertLevel.CRITICAL, condition=each, notify=()) for each in conditions)
    return AlertRule(name="down", scope=scope or Scope(), levels=levels, recover=recover)


def watches(checks: list[CheckFacts], *rules: AlertRule) -> dict[str, tuple[Watch, ...]]:
    return {key: found.watches for key, found in watched(checks, rules).items()}


def test_without_a_word_about_it_a_state_holds_as_the_check_confirms_it() -> None:
    assert watches([check()], rule(DOWN)) == {"shop/list": (down(2, 2, 3),)}
    assert watches([check()], rule(DOWN, recover=5)) == {"shop/list": (down(2, 2, 5),)}


def test_a_rule_may_say_for_itself_how_long_a_state_must_hold() -> None:
    held = replace(DOWN, held=Held(needed=2, of=3))
    assert watches([check()], rule(held)) == {"shop/list": (down(2, 3, 3),)}
    assert watches([check()], rule(held, recover=1)) == {"shop/list": (down(2, 3, 1),)}


def test_a_state_is_watched_wherever_it_stands_in_a_condition_and_once() -> None:
    unknown = StateCondition(state=State.UNKNOWN, held=Held())
    nested = AnyOf(conditions=(AllOf(conditions=(DOWN, BurnCondition())), unknown))
    assert watches([check()], rule(nested, DOWN)) == {"shop/list": (down(2, 2, 3), Watch(State.UNKNOWN, 1, 1, 3))}


def test_a_check_that_no_rule_asks_about_is_not_watched() -> None:
    both = [check(), check("bank/pay")]
    assert set(watches(both, rule(DOWN, scope=Scope(apis=("bank",))))) == {"bank/pay"}
    assert watches(both, rule(ProberCondition(), BurnCondition())) == {}


def test_a_rule_about_apis_watches_all_checks_of_those_any_of_whose_checks_are_meant() -> None:
    checks = [check("shop/a", labels={"team": "x"}), check("shop/b"), check("bank/pay")]
    by_api = replace(rule(DOWN, scope=Scope(labels=(("team", "x"),))), per=SubjectKind.API)
    assert set(watches(checks, by_api)) == {"shop/a", "shop/b"}


def test_what_others_depend_on_is_watched_by_its_own_confirmation() -> None:
    checks = [check("shop/list", "bank", "dns/name"), check("bank/pay", runs=1), check("dns/name"), check("dns/other")]
    only_shop = rule(replace(DOWN, held=Held()), scope=Scope(apis=("shop",)))
    assert watches(checks, only_shop) == {
        "shop/list": (down(1, 1, 3),), "bank/pay": (down(1, 1, 3),), "dns/name": (down(2, 2, 3),),
    }  # fmt: skip


def test_where_it_matters_to_a_rule_whether_anything_is_known_that_is_watched_too() -> None:
    asks = replace(rule(DOWN), no_data=NoDataPolicy.OK)
    assert watches([check()], asks) == {"shop/list": (down(2, 2, 3), Watch(State.UNKNOWN, 2, 2, 3))}
    assert watches([check()], replace(rule(ProberCondition()), no_data=NoDataPolicy.OK)) == {}


def test_without_rules_nothing_is_watched() -> None:
    assert watches([check("shop/list", "bank"), check("bank/pay")]) == {}


def test_a_watch_knows_how_far_back_what_may_turn_it_can_lie() -> None:
    of = Watched(check="shop/list", watches=(down(2, 5, 3), down(1, 1, 1)), interval=10)
    assert (of.gap, of.memory) == (20, 100)
    assert replace(of, max_gap=7).memory == 100
    assert replace(of, max_gap=70).memory == 350


def test_a_turn_says_by_which_result_it_is_sure() -> None:
    _, turned = folded(slots("udd"), Watched(check="shop/list", watches=(down(2, 2),), interval=1))
    assert turned == [Turned(down(2, 2), True, 1, 2)]
