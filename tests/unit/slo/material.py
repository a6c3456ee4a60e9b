"""Results as a store might hold them, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from probe.model.result import Record, State
from probe.model.sample import PHASES, FailureKind
from probe.model.units import SECOND

STEP = 10 * SECOND
DOWN = (FailureKind.TIMEOUT, FailureKind.ASSERTION)
UNKNOWN = (FailureKind.MISSED, FailureKind.NOT_RUNNING, FailureKind.PROBER_FAULT, None)


def record(at: int, state: State = State.UP, **changes: object) -> Record:
    """A plain result."""
    plain = Record(
        scheduled_at=at,
        state=state,
        failure=None,
        http_status=200,
        latency_us=120_000,
        phases=(None,) * len(PHASES),
        bytes_sent=180,
        bytes_received=1_420,
        interval=STEP,
    )
    return plain._replace(**changes)  # type: ignore[arg-type]


@st.composite
def records(draw: st.DrawFn, *, slots: int = 120, irregular: bool = True) -> list[Record]:
    """Results of ascending slots, most of them on a grid, some missing, some in between."""
    numbers = draw(st.sets(st.integers(0, slots), max_size=24))
    moments = {number * STEP for number in numbers}
    if irregular:
        moments |= draw(st.sets(st.integers(0, slots * STEP), max_size=5))
    return [draw(_record(moment)) for moment in sorted(moments)]


@st.composite
def _record(draw: st.DrawFn, at: int) -> Record:
    state = draw(st.sampled_from((State.UP, State.UP, State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)))
    interval = draw(st.sampled_from((STEP, STEP, STEP, 3 * STEP, None)))
    if state is State.UNKNOWN:
        return record(
            at, state, failure=draw(st.sampled_from(UNKNOWN)), http_status=None, latency_us=None,
            bytes_sent=0, bytes_received=0, interval=interval,
        )  # fmt: skip
    failure = draw(st.sampled_from(DOWN)) if state is State.DOWN else None
    status = draw(st.sampled_from((200, 200, 204, 503))) if failure is not FailureKind.TIMEOUT else None
    durations = st.integers(0, 60 * SECOND)
    return record(
        at, state, failure=failure, http_status=status, latency_us=draw(durations),
        phases=tuple(draw(st.none() | durations) for _ in PHASES),
        bytes_sent=draw(st.integers(0, 10**6)), bytes_received=draw(st.integers(0, 10**9)), interval=interval,
    )  # fmt: skip
