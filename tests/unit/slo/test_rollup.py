from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from probe.model.result import Record, State
from probe.model.run import Run, expanded
from probe.model.sample import FailureKind
from probe.model.sla import Method
from probe.model.units import MINUTE, SECOND
from probe.slo import counting, rollup
from probe.slo.availability import state_time
from probe.slo.histogram import ERROR
from probe.slo.percentiles import nearest_rank
from probe.slo.rollup import Rollup, extended, of_records
from probe.slo.spans import spans
from probe.slo.timeline import runs_of, single
from tests.unit.slo.material import STEP, record, records

END = 121 * STEP


def whole(kept: list[Record]) -> Rollup:
    return of_records(kept, start=0, end=END)


def parts(kept: list[Record], borders: list[int]) -> list[Rollup]:
    cuts = [0, *sorted(set(borders)), END]
    return [
        of_records([item for item in kept if start <= item.scheduled_at < end], start=start, end=end)
        for start, end in pairwise(cuts)
        if start < end
    ]


borders = st.lists(st.integers(1, END - 1), max_size=5)


@given(records())
def test_every_slot_is_in_the_runs_once(kept: list[Record]) -> None:
    assert list(expanded(runs_of(map(single, kept)))) == list(map(single, kept))


@given(records())
def test_no_step_is_longer_than_the_interval(kept: list[Record]) -> None:
    assert all(run.interval is None or run.step <= run.interval for run in runs_of(map(single, kept)))


@given(records(), borders, st.randoms(use_true_random=False))
def test_merging_is_associative_and_commutative(kept: list[Record], cuts: list[int], chance: random.Random) -> None:
    pieces = parts(kept, cuts)
    chance.shuffle(pieces)
    cut = chance.randint(1, len(pieces))
    assert rollup.merged(pieces) == whole(kept)
    halves = [rollup.merged(half) for half in (pieces[:cut], pieces[cut:]) if half]
    assert rollup.merged(halves) == whole(kept)


@given(records(), st.randoms(use_true_random=False))
def test_late_results_come_to_the_same_in_any_order_and_however_often(
    kept: list[Record], chance: random.Random
) -> None:
    late = [item for item in kept if chance.random() < 0.4]
    grown = whole([item for item in kept if item not in late])
    chance.shuffle(late)
    for _ in range(2):
        for item in late:
            grown = extended(grown, [item])
    assert grown == whole(kept)


def test_a_measurement_replaces_what_was_not_measured() -> None:
    missed = record(0, State.UNKNOWN, failure=FailureKind.NOT_RUNNING, http_status=None, latency_us=None,
                    bytes_sent=0, bytes_received=0)  # fmt: skip
    assert extended(whole([missed]), [record(0)]) == whole([record(0)])
    assert extended(whole([record(0)]), [missed]) == whole([record(0)])


def test_what_the_prober_spoilt_stands() -> None:
    spoilt = record(0, State.UNKNOWN, failure=FailureKind.PROBER_FAULT)
    assert extended(whole([spoilt]), [record(0)]) == whole([spoilt])


@given(records())
def test_counts_and_bytes_are_those_of_the_results(kept: list[Record]) -> None:
    figures = whole(kept).figures
    measured = [item for item in kept if item.state is not State.UNKNOWN]
    assert figures.states == Counter(item.state for item in kept)
    assert figures.failures == Counter(item.failure for item in kept if item.failure)
    assert figures.statuses == Counter(item.http_status for item in measured if item.http_status is not None)
    assert figures.unanswered == sum(item.http_status is None for item in measured)
    assert figures.bytes_sent == sum(item.bytes_sent for item in kept)
    assert figures.bytes_received == sum(item.bytes_received for item in kept)


@given(records(), borders, st.sampled_from([50, 90, 99]))
def test_percentiles_lie_within_the_bound(kept: list[Record], cuts: list[int], percent: int) -> None:
    found = rollup.merged(parts(kept, cuts)).figures.responses
    exact = sorted(
        item.latency_us
        for item in kept
        if item.state is not State.UNKNOWN and item.http_status and item.latency_us is not None
    )
    assert found.count == len(exact)
    if exact:
        wanted = nearest_rank(exact, percent)
        assert wanted <= found.percentiles(percent)[0] <= wanted * (1 + ERROR)


@given(records(), borders, st.sampled_from([30 * SECOND, MINUTE, 5 * MINUTE]))
def test_every_method_gives_the_same_from_rollups_as_from_results(
    kept: list[Record], cuts: list[int], width: int
) -> None:
    raw = [single(item) for item in kept]
    runs = rollup.merged(parts(kept, cuts)).runs
    half = Fraction(1, 2)
    assert spans(runs, interval=STEP, until=END) == spans(raw, interval=STEP, until=END)
    for method in (Method.OCCURRENCES, Method.TIMESLICES, Method.RATIO_TIMESLICES):
        of_runs, of_results = (
            counting.ratio(slots, method, slice_=width, target=half, unknown=State.UNKNOWN) for slots in (runs, raw)
        )
        assert of_runs == of_results


@given(records(), st.integers(0, END), st.integers(0, END))
def test_a_part_of_a_rollup_has_what_its_results_have(kept: list[Record], one: int, other: int) -> None:
    start, end = sorted((one, other))
    part = whole(kept).clipped(start, end)
    wanted = of_records([item for item in kept if start <= item.scheduled_at < end], start=start, end=end)
    assert part.runs == wanted.runs
    assert part.figures.states == wanted.figures.states
    assert part.figures.failures == wanted.figures.failures
    steps = spans(part.runs, interval=STEP, until=end)
    assert state_time(steps, start=start, end=end) == state_time(
        spans(wanted.runs, interval=STEP, until=end), start=start, end=end
    )


def test_a_healthy_hour_is_one_run() -> None:
    assert whole([record(number * STEP) for number in range(120)]).runs == (Run(0, STEP, 120, State.UP, None, STEP),)


def test_what_cannot_be_divided_goes_with_the_start() -> None:
    figures = whole([record(0), record(60 * STEP)])
    first, second = figures.clipped(0, 30 * STEP), figures.clipped(30 * STEP, END)
    assert (first.figures.bytes_sent, second.figures.bytes_sent) == (360, 0)
    assert (first.figures.slots, second.figures.slots) == (1, 1)
