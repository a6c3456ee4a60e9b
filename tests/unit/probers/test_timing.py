from __future__ import annotations

import pytest

from probe.model.sample import PHASES, Phases
from probe.probers.timing import Recorder


def spent(phases: Phases) -> int:
    return sum(getattr(phases, name) or 0 for name in PHASES)


def whole_hop(recorder: Recorder) -> None:
    for phase in ("dns", "connect", "tls"):
        recorder.begin(phase)
        recorder.end()
    recorder.writes()
    recorder.wrote()
    recorder.read()
    recorder.read()


def test_nothing_happened_so_nothing_is_known() -> None:
    recorder = Recorder()
    recorder.finish_hop(is_complete=False)
    assert (recorder.phases(), recorder.latency(), recorder.current()) == (Phases(), 0, "start")


def test_every_phase_of_a_whole_hop_is_known_and_within_the_latency() -> None:
    recorder = Recorder()
    whole_hop(recorder)
    recorder.finish_hop()
    assert None not in (getattr(recorder.phases(), name) for name in PHASES)
    assert spent(recorder.phases()) <= recorder.latency()


def test_time_between_hops_is_not_the_targets() -> None:
    recorder = Recorder()
    whole_hop(recorder)
    recorder.next_hop()
    one = recorder.latency()
    recorder.finish_hop(is_complete=False)
    assert recorder.latency() == one


def test_a_new_hop_forgets_the_last_connection() -> None:
    recorder = Recorder()
    recorder.address = recorder.http_version = "something"
    recorder.next_hop()
    known = {recorder.address, recorder.http_version, recorder.tls}
    assert known == {None}


@pytest.mark.parametrize(
    ("steps", "current", "known"),
    [
        (["dns"], "dns", {"dns"}),
        (["dns", "end"], "connect", {"dns"}),
        (["connect", "end", "writes"], "send", {"connect", "send"}),
        (["connect", "end", "writes", "wrote"], "wait", {"connect", "send", "wait"}),
        (["connect", "end", "writes", "wrote", "writes"], "send", {"connect", "send"}),
        (["writes", "wrote", "read"], "transfer", {"send", "wait", "transfer"}),
    ],
)
def test_what_was_given_up_is_known_up_to_there(steps: list[str], current: str, known: set[str]) -> None:
    recorder = Recorder()
    for step in steps:
        if step in PHASES:
            recorder.begin(step)
        else:
            getattr(recorder, step)()
    assert recorder.current() == current
    recorder.finish_hop(is_complete=False)
    assert {name for name in PHASES if getattr(recorder.phases(), name) is not None} == known
