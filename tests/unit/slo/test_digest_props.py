from __future__ import annotations

from hashlib import sha256

from hypothesis import example, given
from hypothesis import strategies as st

from probe.model.result import State
from probe.model.run import Run, expanded
from probe.model.sample import FailureKind
from probe.slo.digest import ResultsDigest, digest_of, digest_of_all
from probe.slo.timeline import runs_of

runs = st.builds(
    Run,
    start=st.integers(0, 2 * 10**15),
    step=st.integers(1, 10**9),
    slots=st.integers(2, 300),
    state=st.sampled_from(State),
    failure=st.none() | st.sampled_from(FailureKind),
    interval=st.none(),
)


def plainly(run: Run) -> str:
    """As the documentation says it."""
    said = f"{run.state.value} {run.failure.value}" if run.failure else run.state.value
    return "".join(f"{slot.start} {said}\n" for slot in expanded([run]))


@given(runs)
@example(Run(10**15 - 150, 1, 300, State.UP, None, None))
@example(Run(10**15, 60_000_000, 70_000, State.DOWN, FailureKind.TIMEOUT, None))
@example(Run(1_793_491_200_000_000, 0, 1, State.DEGRADED, None, None))
def test_it_is_that_of_a_line_a_slot(run: Run) -> None:
    told = digest_of([run])
    assert told.digest == sha256(plainly(run).encode()).hexdigest()
    assert (told.slots, told.first, told.last) == (run.slots, run.start, run.last)


@given(runs)
def test_it_is_the_same_however_slots_are_joined(run: Run) -> None:
    assert digest_of(expanded([run])) == digest_of([run]) == digest_of(runs_of(expanded([run])))


def test_that_of_nothing_has_neither_first_nor_last() -> None:
    assert digest_of([]) == ResultsDigest(digest=sha256().hexdigest(), slots=0, first=None, last=None)


def test_that_of_all_names_every_check_in_order() -> None:
    one, other = digest_of([]), digest_of([Run(1, 0, 1, State.UP, None, None)])
    told = sha256(f"a/a {one.digest}\nb/b {other.digest}\n".encode()).hexdigest()
    assert digest_of_all({"b/b": other, "a/a": one}) == told
