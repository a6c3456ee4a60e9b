from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import State
from probe.model.run import Run
from probe.model.sla import GroupKind, GroupRule
from probe.slo.groups import merged
from probe.slo.spans import Span, spans

UP, DOWN, DEGRADED, UNKNOWN = State.UP, State.DOWN, State.DEGRADED, State.UNKNOWN
ALL = GroupRule()
ANY = GroupRule(kind=GroupKind.ANY)

series = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(State)), max_size=30, unique_by=lambda item: item[0]
).map(sorted)


def steps(verdicts: list[tuple[int, State]]) -> tuple[Span, ...]:
    return spans([Run(at, 0, 1, state, None, 40) for at, state in verdicts], interval=40, until=1100)


def test_a_group_of_all_is_down_while_any_member_is() -> None:
    members = [(Span(0, 30, UP),), (Span(0, 10, UP), Span(10, 20, DOWN), Span(20, 30, UP))]
    assert merged(members, ALL) == (Span(0, 10, UP), Span(10, 20, DOWN), Span(20, 30, UP))
    assert merged(members, ANY) == (Span(0, 30, UP),)


@pytest.mark.parametrize(
    ("states", "quorum", "expected"),
    [
        ((UP, UP, DOWN), 2, UP),
        ((UP, DEGRADED, DOWN), 2, DEGRADED),
        ((UP, UNKNOWN, DOWN), 2, UNKNOWN),
        ((UP, DOWN, DOWN), 2, DOWN),
        ((UNKNOWN, UNKNOWN, UP), 1, UP),
        ((UP, UP), 3, UP),
        ((UP, DOWN), 3, DOWN),
    ],
)
def test_a_quorum_is_up_while_enough_are_and_down_once_too_few_can_be(
    states: tuple[State, ...], quorum: int, expected: State
) -> None:
    rule = GroupRule(kind=GroupKind.QUORUM, quorum=quorum)
    assert merged([(Span(0, 10, state),) for state in states], rule) == (Span(0, 10, expected),)


def test_a_group_of_all_is_not_up_while_a_member_is_unknown() -> None:
    assert merged([(Span(0, 10, UP),), (Span(0, 10, UNKNOWN),)], ALL) == (Span(0, 10, UNKNOWN),)


def test_a_known_failure_outweighs_what_is_unknown() -> None:
    assert merged([(Span(0, 10, DOWN),), (Span(0, 10, UNKNOWN),)], ALL) == (Span(0, 10, DOWN),)


def test_a_member_does_not_count_before_its_first_slot() -> None:
    assert merged([(Span(0, 20, UP),), (Span(10, 20, DOWN),)], ALL) == (Span(0, 10, UP), Span(10, 20, DOWN))


def test_a_time_without_any_member_stays_empty() -> None:
    assert merged([(Span(0, 10, UP),), (Span(20, 30, UP),)], ALL) == (Span(0, 10, UP), Span(20, 30, UP))


@given(st.lists(series, min_size=1, max_size=4))
def test_at_every_instant_a_group_of_all_is_its_weakest_member(group: list[list[tuple[int, State]]]) -> None:
    members = [steps(verdicts) for verdicts in group]
    found = merged(members, ALL)
    for instant in range(0, 1100, 7):
        present = {span.state for member in members for span in member if span.start <= instant < span.end}
        weakest = next((state for state in (DOWN, UNKNOWN, DEGRADED, UP) if state in present), None)
        assert [span.state for span in found if span.start <= instant < span.end] == ([weakest] if weakest else [])
