"""Where objectives stand at a moment, and whether their budgets burn too fast just then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from probe.model.sla import BurnWindow, Objective, ObjectiveKind
from probe.model.units import Micros
from probe.slo.budget import ObjectiveStatus
from probe.slo.burn import Burning, burn_rate, burning
from probe.slo.periods import Period
from probe.slo.service_level import Asked, Subject, bad_results, error_ratio, status_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveStanding:
    """Where one objective of a check, or of an API, stands.

    Attributes:
        id: the check's, or the API's.
        status: its burn rate is the present one, by which the budget runs out.
        burn_rate: of the window so far; `None` where nothing is known.
        pairs: what each of its pairs of windows tells.
    """

    id: str
    status: ObjectiveStatus
    burn_rate: Fraction | None
    pairs: tuple[Burning, ...]

    @property
    def is_fine(self) -> bool:
        """Whether it isn't missed, and its budget doesn't burn too fast."""
        return self.status.met is not False and not any(pair.is_burning for pair in self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """Where all objectives of some checks and APIs stand at the end of a period."""

    asked: Asked
    checks: tuple[ObjectiveStanding, ...]
    apis: tuple[ObjectiveStanding, ...]

    @property
    def is_fine(self) -> bool:
        """Whether all of them are."""
        return all(each.is_fine for each in (*self.checks, *self.apis))


def standings(subject: Subject, asked: Asked) -> tuple[ObjectiveStanding, ...]:
    """Those of all its objectives, in the order of the file."""
    return tuple(_standing(subject, objective, asked) for objective in subject.objectives)


def burn_periods(objectives: Iterable[Objective], asked: Asked) -> set[Period]:
    """What must be known besides the objectives' own windows: how far back pairs look, and latencies of these."""
    periods = set[Period]()
    for objective in objectives:
        for pair in objective.burn:
            long = Period(asked.until - pair.long, asked.until)
            if objective.kind is ObjectiveKind.LATENCY:
                periods |= {long, Period(asked.until - pair.short, asked.until)}
            elif long.start < asked.window_so_far(objective).start:
                periods.add(long)
    return periods


def _standing(subject: Subject, objective: Objective, asked: Asked) -> ObjectiveStanding:
    status = status_of(objective, subject, asked)
    error = None if status.attained is None else 1 - status.attained
    return ObjectiveStanding(
        id=subject.id,
        status=status,
        burn_rate=None if error is None else burn_rate(error, objective.target),
        pairs=tuple(_pairs(subject, objective, status, asked)),
    )


def _pairs(subject: Subject, objective: Objective, status: ObjectiveStatus, asked: Asked) -> Iterable[Burning]:
    length = status.window.end - status.window.start
    return (burning_of(subject, objective, pair, until=asked.until, window=length) for pair in objective.burn)


def burning_of(subject: Subject, objective: Objective, pair: BurnWindow, *, until: Micros, window: Micros) -> Burning:
    """What a pair of windows that end at a moment tells of an objective; `window` is how long the objective's own is."""
    long, short = Period(until - pair.long, until), Period(until - pair.short, until)
    return burning(
        pair,
        objective=objective,
        window=window,
        long_error=error_ratio(subject, objective, long),
        short_error=error_ratio(subject, objective, short),
        bad_samples=bad_results(subject, objective, long),
    )
