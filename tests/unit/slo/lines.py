"""Pasts drawn as text, a letter a slot: `uuudd.u`."""

from __future__ import annotations

from collections.abc import Sequence

from probe.alerting.outages import Policy, outages_of
from probe.model.result import State
from probe.model.run import Run, Runs
from probe.model.sample import FailureKind
from probe.model.sla import SlaRules
from probe.slo.past import Past, past_of
from probe.slo.periods import Period
from probe.slo.timeline import runs_of

STATES = {"u": State.UP, "g": State.DEGRADED, "d": State.DOWN, "?": State.UNKNOWN}
STEP = 60


def runs(line: str, *, start: int = 0) -> Runs:
    """A slot a letter, `STEP` apart; a dot is none."""
    return runs_of(
        Run(start + number * STEP, 0, 1, STATES[letter], FailureKind.TIMEOUT if letter == "d" else None, STEP)
        for number, letter in enumerate(line)
        if letter != "."
    )


def whole(line: str) -> Period:
    """From the first slot of a line to the one after its last."""
    return Period(0, len(line) * STEP)


def past(
    line: str,
    rules: SlaRules | None = None,
    *,
    maintenance: Sequence[tuple[int, int]] = (),
    confirm: tuple[int, int] = (1, 1),
    goes_on: bool = True,
) -> Past:
    """The past of a check; maintenance in slots."""
    rules = rules or SlaRules()
    policy = Policy(runs=confirm[0], recoveries=confirm[1], interval=STEP, max_gap=rules.max_gap)
    found = runs(line)
    return past_of(
        found,
        outages_of(found, policy),
        [Period(low * STEP, high * STEP) for low, high in maintenance],
        rules,
        interval=STEP,
        until=len(line) * STEP,
        goes_on=goes_on,
    )
