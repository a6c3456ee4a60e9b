"""Burn windows that a single failed result sets off, or that nothing ever does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from probe.config.document import Path
from probe.config.objectives import PlacedObjective
from probe.model.check import Check
from probe.model.sla import BurnWindow, Method, Objective, ObjectiveKind, SlaRules
from probe.model.units import Micros, format_duration, format_percentage
from probe.slo.burn import burn_rate, can_fire, nominal, rate, single_failure_interval


class _Held(NamedTuple):
    """An objective and the checks that it is for."""

    placed: PlacedObjective
    checks: list[Check]


@dataclass(slots=True)
class BurnNotes:
    """Remembers for which checks each objective is, so that of one that many inherit there is one warning."""

    _held: dict[Path, _Held] = field(default_factory=dict)

    def note(self, check: Check, objectives: Iterable[PlacedObjective]) -> None:
        """A check and what it is held against."""
        for placed in objectives:
            if placed.path not in self._held:
                self._held[placed.path] = _Held(placed, [])
            self._held[placed.path].checks.append(check)

    def warnings(self, rules: SlaRules) -> Iterator[tuple[Path, str]]:
        """What each objective's windows don't do as one would think, with its place."""
        for placed, checks in self._held.values():
            yield from ((placed.path, text) for text in _of_objective(placed, checks, rules))


def _of_objective(placed: PlacedObjective, checks: Sequence[Check], rules: SlaRules) -> Iterator[str]:
    objective = placed.objective
    window = nominal(objective.window)
    able = [pair for pair in objective.burn if can_fire(pair, target=objective.target, window=window)]
    if unable := [pair for pair in objective.burn if pair not in able]:
        yield _unable(objective, unable, window)
    if starved := [part for pair in able if (part := _starved(pair, objective, checks))]:
        yield (
            f"the burn windows {', '.join(starved)} are never set off, for they hold fewer results than "
            f"min_bad_samples asks for, {objective.min_bad_samples}; shorten the interval, or write a longer burn window"
        )
    if objective.min_bad_samples == 1 or not placed.says_minimum:
        alone = checks if _counts_results(objective, rules) else [check for check in checks if check.confirm.runs == 1]
        if hasty := [part for pair in able if (part := _hasty(pair, objective, checks, alone))]:
            yield f"one failed result alone burns fast enough for the burn windows {', '.join(hasty)}; {_guard(objective)}"


def _unable(objective: Objective, pairs: Sequence[BurnWindow], window: Micros) -> str:
    fastest = burn_rate(Fraction(1), objective.target)
    told = ", ".join(f"{_name(pair)} (burn rate {float(rate(pair, window)):.4g})" for pair in pairs)
    return (
        f"the burn windows {told} are never set off: with a target of {format_percentage(objective.target)} nothing "
        f"burns faster than {float(fastest):.4g}; write burn with a smaller budget, or with longer windows"
    )


def _starved(pair: BurnWindow, objective: Objective, checks: Sequence[Check]) -> str | None:
    """The pair, where some of the checks never have as many results in it as there must be bad ones."""
    few = sum(_is_starved(pair, objective, check) for check in checks)
    if not few:
        return None
    least = ceil(Fraction(pair.long, objective.min_bad_samples - 1))
    return f"{_name(pair)} ({_whose(few, checks)} of {format_duration(least)} or more)"


def _is_starved(pair: BurnWindow, objective: Objective, check: Check) -> bool:
    return -(-pair.long // check.interval) < objective.min_bad_samples


def _hasty(pair: BurnWindow, objective: Objective, checks: Sequence[Check], alone: Sequence[Check]) -> str | None:
    """The pair, where one bad result of some of the checks is more than it allows (STANDARDS §1.5)."""
    longest = single_failure_interval(pair, target=objective.target, window=nominal(objective.window))
    hasty = sum(check.interval > longest and not _is_starved(pair, objective, check) for check in alone)
    return f"{_name(pair)} ({_whose(hasty, checks)} above {format_duration(int(longest))})" if hasty else None


def _whose(count: int, checks: Sequence[Check]) -> str:
    return "an interval" if len(checks) == 1 else f"{count} check{'s'[: count > 1]} with an interval"


def _guard(objective: Objective) -> str:
    if objective.min_bad_samples == 1:
        return "write min_bad_samples: 2 to wait for a second one, or shorten the interval"
    return (
        f"min_bad_samples guards against that, for it is {objective.min_bad_samples} unless you say otherwise; "
        "write it to say that this is meant, or shorten the interval"
    )


def _name(pair: BurnWindow) -> str:
    return f"{format_duration(pair.long)}/{format_duration(pair.short)}"


def _counts_results(objective: Objective, rules: SlaRules) -> bool:
    """Whether each result counts by itself, however many in a row it takes for an outage."""
    return objective.kind is ObjectiveKind.LATENCY or (objective.method or rules.method) is not Method.STATE_TIME
