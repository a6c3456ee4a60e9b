"""The fold of readings: live, with restarts anywhere, it says what an independent reading of the whole history says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.holding import QUIET, Holding, Terms, advance
from probe.alerting.measures import Reading
from probe.model.rule import Held, NoDataPolicy, Subject, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE
from tests.reference.holding import held_times

SHOP = Subject(SubjectKind.CHECK, "shop/list")


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Any that a file may ask for, small enough that things happen."""
    of = draw(st.integers(1, 4))
    return Terms(
        held=Held(needed=draw(st.integers(1, of)), of=of, duration=draw(st.sampled_from([0, 0, 2, 3])) * MINUTE),
        recover=draw(st.integers(1, 3)),
        no_data=draw(st.sampled_from(NoDataPolicy)),
        step=MINUTE,
        spacing=draw(st.integers(1, 4)),
    )


histories = st.lists(
    st.tuples(st.sampled_from([True, True, False, False, None]), st.sampled_from([1, 1, 1, 1, 1, 1, 2, 5])), max_size=60
)


def readings(history: list[tuple[bool | None, int]]) -> list[Reading]:
    """One each time, so many steps after the one before."""
    found, at = [], 1_000 * MINUTE
    for is_breached, steps in history:
        at += steps * MINUTE
        found.append(Reading("slow", AlertLevel.WARNING, "", SHOP, at, is_breached, "", ""))
    return found


@given(histories, terms())
def test_it_holds_when_the_definition_says_so(history: list[tuple[bool | None, int]], of: Terms) -> None:
    holding, seen = QUIET, []
    for reading in readings(history):
        holding = advance(holding, reading, of)
        seen.append((reading.at, holding.since, holding.held_at))

    assert seen == held_times([(each.at, each.is_breached) for each in readings(history)], of)


@given(histories, terms(), st.data())
def test_a_restart_at_any_point_changes_nothing(
    history: list[tuple[bool | None, int]], of: Terms, data: st.DataObject
) -> None:
    through = restarted = QUIET
    for reading in readings(history):
        through = advance(through, reading, of)
        restarted = advance(restarted, reading, of)
        assert (through[2:], through.has_data) == (restarted[2:], restarted.has_data)
        if data.draw(st.booleans()):
            memory = restarted.memory
            restarted = QUIET if memory is None else Holding.parse(memory)


@given(histories, terms())
def test_a_reading_that_comes_again_changes_nothing(history: list[tuple[bool | None, int]], of: Terms) -> None:
    holding = QUIET
    for reading in readings(history):
        holding = advance(holding, reading, of)
        assert advance(holding, reading._replace(is_breached=True), of) == holding
