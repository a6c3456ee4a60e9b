"""Phases never overlap, in whatever order a target makes things happen."""

from __future__ import annotations

from dataclasses import astuple

from hypothesis import given
from hypothesis import strategies as st

from probe.model.sample import PHASES
from probe.probers.timing import Recorder

STEPS = ["begin dns", "begin connect", "begin tls", "end", "writes", "wrote", "read", "hop", "again"]


def happen(recorder: Recorder, step: str) -> None:
    match step.split():
        case ["begin", phase]:
            recorder.begin(phase)
        case ["hop"]:
            recorder.next_hop()
        case ["again"]:
            recorder.begin_again()
        case _:
            getattr(recorder, step)()


@given(st.lists(st.sampled_from(STEPS), max_size=30), st.booleans())
def test_no_phase_is_negative(steps: list[str], is_complete: bool) -> None:
    recorder = Recorder()
    for step in steps:
        happen(recorder, step)
    recorder.finish_hop(is_complete=is_complete)
    assert all(spent is None or spent >= 0 for spent in astuple(recorder.phases()))
    assert recorder.latency() >= 0
    assert recorder.current() in {"start", "connect", *PHASES}


@given(st.lists(st.sampled_from(["writes", "wrote", "read"]), min_size=1, max_size=12))
def test_the_phases_of_a_request_are_its_latency(steps: list[str]) -> None:
    recorder = Recorder()
    for step in ["begin connect", "end", "writes", *steps, "read"]:
        happen(recorder, step)
    recorder.finish_hop()
    spent = sum(filter(None, astuple(recorder.phases())))
    assert spent <= recorder.latency()
