"""The watch of a state against its definition, and against the fold of outages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.outages import BEGINNING, Change, Policy
from probe.alerting.outages import advance as outage_advance
from probe.alerting.watching import Standings, Turned, Watched, advance, confirmed_down, folded
from probe.model.alert import Watch
from probe.model.check import Confirm
from probe.model.result import State
from probe.model.run import Run, Runs
from tests.unit.alerting.slots import confirms, cuts, gaps, pasts
from tests.unit.slo.material import STEP


@st.composite
def watch(draw: st.DrawFn) -> Watch:
    of = draw(st.integers(1, 5))
    return Watch(draw(st.sampled_from([*State][1:])), draw(st.integers(1, of)), of, draw(st.integers(1, 3)))


def defined(slots: Runs, watch: Watch, max_gap: int | None) -> list[Turned]:
    """From the words: look back from every result at those that follow on one another, down to the last end."""
    is_unknown = watch.state is State.UNKNOWN
    counting = [slot for slot in slots if is_unknown or slot.state is not State.UNKNOWN]
    told, has_begun, since = list[Turned](), False, 0
    for number, now in enumerate(counting):
        first = number
        while first > since and (is_unknown or now_follows(counting[first - 1], counting[first], max_gap)):
            first -= 1
        if has_begun:
            row = counting[max(first, number + 1 - watch.recoveries) : number + 1]
            if len(row) == watch.recoveries and all(slot.state is not watch.state for slot in row):
                told.append(Turned(watch, False, row[0].start, now.start))
                has_begun, since = False, number + 1
        else:
            of = counting[max(first, number + 1 - watch.of) : number + 1]
            meant = [slot for slot in of if slot.state is watch.state]
            if len(meant) >= watch.needed:
                told.append(Turned(watch, True, meant[0].start, now.start))
                has_begun, since = True, number + 1
    return told


def now_follows(former: Run, later: Run, max_gap: int | None) -> bool:
    longest = 2 * (former.interval or STEP) if max_gap is None else max_gap
    return later.start - former.start <= longest


def of(*watches: Watch, max_gap: int | None) -> Watched:
    return Watched(check="shop/list", watches=watches, interval=STEP, max_gap=max_gap)


@given(pasts, watch(), gaps)
def test_it_says_what_the_definition_says(slots: Runs, watched: Watch, max_gap: int | None) -> None:
    assert folded(slots, of(watched, max_gap=max_gap))[1] == defined(slots, watched, max_gap)


@given(pasts, confirms, gaps)
def test_as_the_check_confirms_it_it_begins_and_ends_exactly_when_an_outage_does(
    slots: Runs, confirm: Confirm, max_gap: int | None
) -> None:
    policy, its = Policy.of(confirm, interval=STEP, max_gap=max_gap), of(confirmed_down(confirm), max_gap=max_gap)
    standing, standings = BEGINNING, Standings()
    for slot in slots:
        standing, turn = outage_advance(standing, slot, policy)
        standings, turned = folded((slot,), its, standings)
        assert [(each.began, each.slot, each.sure_at) for each in turned] == (
            [] if turn is None else [(True, turn.outage.start, turn.outage.detected)]
            if turn.change is Change.OPENED else [(False, turn.outage.end, slot.start)]
        )  # fmt: skip
        assert (standing.outage is not None) == any(each.has_begun for each in standings)


@given(st.data(), pasts, st.lists(watch(), min_size=1, max_size=3, unique=True), gaps)
def test_it_does_not_matter_how_slots_are_cut_into_runs_or_what_else_is_watched(
    data: st.DataObject, slots: Runs, watches: list[Watch], max_gap: int | None
) -> None:
    its = of(*watches, max_gap=max_gap)
    standings, turned = folded(data.draw(cuts(slots)), its)
    assert (standings, turned) == folded(slots, its)
    for each in watches:
        assert [turn for turn in turned if turn.watch == each] == folded(slots, of(each, max_gap=max_gap))[1]


@given(pasts, watch(), gaps)
def test_begins_and_ends_alternate(slots: Runs, watched: Watch, max_gap: int | None) -> None:
    _, turned = folded(slots, of(watched, max_gap=max_gap))
    assert [each.began for each in turned] == [number % 2 == 0 for number in range(len(turned))]
    assert all(each.slot <= each.sure_at for each in turned)


@given(pasts, watch(), gaps)
def test_it_is_calm_again_in_one_form_only(slots: Runs, watched: Watch, max_gap: int | None) -> None:
    its, standings = of(watched, max_gap=max_gap), Standings()
    for slot in slots:
        longest = slot.longest(interval=STEP, max_gap=max_gap)
        standings, _ = advance(standings, its.watches, slot.start, slot.state, slot.start + longest)
        assert standings == () or any(each.has_begun or each.row for each in standings)
