"""Results as Hypothesis thinks them up: every one that a store takes."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from probe.model.fields import LARGEST, LONGEST_DURATION
from probe.model.ndjson import LARGEST_STATUS, MOST_ATTEMPTS
from probe.model.result import AssertionOutcome, Result, State, Transcript, Verdict
from probe.model.sample import PHASES, FailureKind, Phases

LAST_SLOT: Final = 253_402_300_799_999_999  # the year 9999 ends

slugs = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
durations = st.integers(0, LONGEST_DURATION)
texts = st.text(st.characters(codec=None), max_size=200)
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)
outcomes = st.builds(AssertionOutcome, expectation=words, verdict=st.sampled_from(Verdict), actual=st.none() | texts)
transcripts = st.builds(Transcript, connection=texts, request=texts, response=texts, body=texts)


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Any result, with neither of what is not stored."""
    state = draw(st.sampled_from(State))
    may_fail = state in (State.DOWN, State.UNKNOWN)
    return Result(
        check=f"{draw(slugs)}/{draw(slugs)}",
        location=draw(slugs),
        scheduled_at=draw(st.integers(0, LAST_SLOT)),
        state=state,
        failure=draw(st.none() | st.sampled_from(FailureKind)) if may_fail else None,
        detail=draw(st.none() | texts),
        http_status=draw(st.none() | st.integers(0, LARGEST_STATUS)),
        latency_us=draw(st.none() | durations),
        phases=Phases(**{name: draw(st.none() | durations) for name in PHASES}),
        bytes_sent=draw(st.integers(0, LARGEST)),
        bytes_received=draw(st.integers(0, LARGEST)),
        lateness_us=draw(durations),
        attempts=draw(st.integers(0, MOST_ATTEMPTS)),
        address=draw(st.none() | words),
        outcomes=tuple(draw(st.lists(outcomes, max_size=4))),
        definition=draw(words),
        transcript=draw(st.none() | transcripts),
    )
