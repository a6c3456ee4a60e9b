"""The fold against its definition, slot by slot, and what must not matter to it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.outages import BEGINNING, UNSURE, Change, Policy, Standing, advance, outages_of
from probe.model.check import Confirm
from probe.model.incident import Outage
from probe.model.result import State
from probe.model.run import Run, Runs
from probe.slo.timeline import merged
from tests.unit.alerting.slots import confirms, cuts, gaps, pasts
from tests.unit.slo.material import STEP


def defined(slots: Runs, confirm: Confirm, max_gap: int | None) -> tuple[Outage, ...]:
    """From the words: look back at every known result, and see whether so many of a kind end there in a row."""
    known = [slot for slot in slots if slot.state is not State.UNKNOWN]
    told, start, detected = list[Outage](), None, 0
    for number in range(len(known)):
        wanted = confirm.runs if start is None else confirm.recoveries
        row = known[max(number + 1 - wanted, 0) : number + 1]
        if len(row) < wanted or any((slot.state is State.DOWN) is not (start is None) for slot in row):
            continue
        if any(later.start - slot.start > _longest(slot, max_gap) for slot, later in pairwise(row)):
            continue
        if start is None:
            start, detected = row[0].start, known[number].start
        else:
            told.append(_outage(known, start, detected, row[0].start))
            start = None
    return (*told, *(() if start is None else (_outage(known, start, detected, None),)))


def _longest(slot: Run, max_gap: int | None) -> int:
    return 2 * (slot.interval or STEP) if max_gap is None else max_gap


def _outage(known: list[Run], start: int, detected: int, end: int | None) -> Outage:
    down = [
        slot for slot in known if slot.state is State.DOWN and start <= slot.start and (end is None or slot.start < end)
    ]
    kinds = list(dict.fromkeys(slot.failure for slot in down))
    failures = tuple((kind, sum(slot.failure is kind for slot in down)) for kind in kinds)
    return Outage(start=start, detected=detected, end=end, failures=failures, slots=len(down))


def folded(runs: Runs, confirm: Confirm, max_gap: int | None) -> tuple[Outage, ...]:
    return outages_of(runs, Policy.of(confirm, interval=STEP, max_gap=max_gap))


@given(pasts, confirms, gaps)
def test_it_says_what_the_definition_says(slots: Runs, confirm: Confirm, max_gap: int | None) -> None:
    assert folded(slots, confirm, max_gap) == defined(slots, confirm, max_gap)


@given(st.data(), pasts, confirms, gaps)
def test_it_does_not_matter_how_slots_are_cut_into_runs(
    data: st.DataObject, slots: Runs, confirm: Confirm, max_gap: int | None
) -> None:
    assert folded(data.draw(cuts(slots)), confirm, max_gap) == folded(slots, confirm, max_gap)


@given(st.data(), pasts, confirms)
def test_it_does_not_matter_in_which_order_results_came(data: st.DataObject, slots: Runs, confirm: Confirm) -> None:
    where = [data.draw(st.integers(0, 2)) for _ in slots]
    parts = [[slot for slot, part in zip(slots, where, strict=True) if part == number] for number in range(3)]
    for order in (parts, parts[::-1]):
        assert folded(merged(order), confirm, None) == folded(slots, confirm, None)


@given(pasts, confirms, gaps)
def test_outages_ascend_apart_and_only_the_last_is_open(slots: Runs, confirm: Confirm, max_gap: int | None) -> None:
    told = folded(slots, confirm, max_gap)
    assert all(former.end is not None and former.end < later.start for former, later in pairwise(told))
    assert all(each.start <= each.detected and (each.end is None or each.detected < each.end) for each in told)
    assert all(sum(count for _, count in each.failures) == each.slots >= confirm.runs for each in told)


@given(pasts, confirms)
def test_without_the_unknown_ones_it_is_the_same(slots: Runs, confirm: Confirm) -> None:
    known = tuple(slot for slot in slots if slot.state is not State.UNKNOWN)
    assert folded(known, confirm, None) == folded(slots, confirm, None)


@given(st.data(), pasts, confirms, gaps)
def test_live_it_tells_of_the_same_outages(
    data: st.DataObject, slots: Runs, confirm: Confirm, max_gap: int | None
) -> None:
    policy = Policy.of(confirm, interval=STEP, max_gap=max_gap)
    standing, opened, ended = BEGINNING, list[Outage](), list[Outage]()
    for run in data.draw(cuts(slots)):
        standing, turn = advance(standing, run, policy)
        if turn is not None:
            (opened if turn.change is Change.OPENED else ended).append(turn.outage)
        assert (standing.outage is not None) == (len(opened) > len(ended))
    told = folded(slots, confirm, max_gap)
    assert [each.start for each in opened] == [each.start for each in told]
    assert [each.detected for each in opened] == [each.detected for each in told]
    assert ended == [each for each in told if each.end is not None]


@given(st.data(), pasts, confirms)
def test_once_it_is_sure_nothing_before_matters(data: st.DataObject, slots: Runs, confirm: Confirm) -> None:
    policy = Policy.of(confirm, interval=STEP)
    cut = data.draw(st.integers(0, len(slots)))
    whole, part = BEGINNING, UNSURE
    for slot in slots[:cut]:
        whole, _ = advance(whole, slot, policy)
    for slot in slots[cut:]:
        (whole, one), (part, other) = advance(whole, slot, policy), advance(part, slot, policy)
        if part.sure_since is not None and slot.start > part.sure_since:
            assert one == other
            assert _without(whole) == _without(part)


def _without(standing: Standing) -> tuple[object, object]:
    return standing.outage, standing.row
