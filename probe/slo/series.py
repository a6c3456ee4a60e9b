"""A check's past part by part: its figures, and the states that held in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from probe.model.result import State
from probe.model.run import Run
from probe.model.units import Micros
from probe.slo.availability import StateTime, state_time
from probe.slo.rollup import Figures, Rollup, merged_figures
from probe.slo.spans import Span, merge_weakest, spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a check, or a group of checks, came to in `[start, end)`; `steps` are the states that held."""

    start: Micros
    end: Micros
    figures: Figures
    steps: tuple[Span, ...]

    @property
    def time(self) -> StateTime:
        """How long each state held."""
        return state_time(self.steps, start=self.start, end=self.end)

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing at all: the check was not there yet, or any more."""
        return not self.steps and not self.figures.slots


def series(
    rollups: Iterable[Rollup], *, interval: Micros, goes_on: bool, began: Micros | None = None
) -> Iterator[Part]:
    """The parts of one check, with what a slot came to held over the borders.

    Args:
        rollups: adjacent periods, ascending.
        interval: of slots that don't know theirs.
        goes_on: whether the check is measured still. Where it isn't, the time after its last slot doesn't count.
        began: its first slot, where that lies before all of them: the time up to the next one is unknown then.
    """
    held = None if began is None else Run(began, 0, 1, State.UNKNOWN, None, None)
    waiting: list[Part] = []
    for each in rollups:
        runs = each.runs if held is None else (held, *each.runs)
        steps = _from(spans(runs, interval=interval, until=each.end), each.start)
        part = Part(start=each.start, end=each.end, figures=each.figures, steps=steps)
        if each.runs or goes_on:
            yield from waiting
            waiting = []
        waiting.append(part)
        held = _last_slot(runs)
    if not goes_on and held is not None:
        end = held.start + held.longest(interval=interval)
        waiting = [replace(part, steps=_until(part.steps, end)) for part in waiting]
    yield from waiting


def merged_parts(parts: Sequence[Part]) -> Part:
    """Of several checks in the same period: a group that is up only while all of them are."""
    return Part(
        start=parts[0].start,
        end=parts[0].end,
        figures=merged_figures([part.figures for part in parts]),
        steps=merge_weakest([part.steps for part in parts]),
    )


def _last_slot(runs: Sequence[Run]) -> Run | None:
    return runs[-1]._replace(start=runs[-1].last, step=0, slots=1) if runs else None


def _from(steps: Iterable[Span], start: Micros) -> tuple[Span, ...]:
    return tuple(step._replace(start=max(step.start, start)) for step in steps if step.end > start)


def _until(steps: Iterable[Span], end: Micros) -> tuple[Span, ...]:
    return tuple(step._replace(end=min(step.end, end)) for step in steps if step.start < end)
