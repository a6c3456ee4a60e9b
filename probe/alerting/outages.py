"""When a check was down for sure: a fold over its results, live or over its whole past, that says the same of both.

An outage opens with the first of `Confirm.runs` results in a row that are down, and ends with the first of
`Confirm.recoveries` in a row that are up or degraded: both are known only some results later. Unknown results neither count
nor break a row, but results that are too far apart are in no row: nobody knows what was between them. An open outage
goes on over unknown time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from probe.model.check import Confirm
from probe.model.incident import Outage
from probe.model.result import State
from probe.model.run import MAX_GAP, Run, expanded
from probe.model.sample import FailureKind
from probe.model.units import Micros

Failures: TypeAlias = tuple[tuple[FailureKind | None, int], ...]
"""Why slots were down, each reason where it first came, with how many slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """When a check counts as down.

    Attributes:
        runs, recoveries: as of `Confirm`.
        interval: of results that don't know theirs.
        max_gap: how far apart results in a row may be; `None` is twice the interval of the former.
    """

    runs: int
    recoveries: int
    interval: Micros
    max_gap: Micros | None = None

    @classmethod
    def of(cls, confirm: Confirm, *, interval: Micros, max_gap: Micros | None = None) -> Policy:
        """That of a check."""
        return cls(runs=confirm.runs, recoveries=confirm.recoveries, interval=interval, max_gap=max_gap)

    @property
    def gap(self) -> Micros:
        """An outage that begins so long after another ended, or sooner, follows closely on it; microseconds."""
        return MAX_GAP * self.interval if self.max_gap is None else self.max_gap


class Row(NamedTuple):
    """Results in a row that may come to confirm something; `holds` is the last moment at which the next one follows on."""

    is_down: bool
    start: Micros
    slots: int
    holds: Micros
    failures: Failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known so far.

    Attributes:
        outage: the one that is open.
        row: what may come to open or to end one.
        sure_since: from this slot on it is the same whatever was before the first result; `None` while it isn't.
    """

    outage: Outage | None = None
    row: Row | None = None
    sure_since: Micros | None = None

    @property
    def is_settled(self) -> bool:
        """Whether no outage is open, or may turn out to be."""
        return self.outage is None and (self.row is None or not self.row.is_down)

    @property
    def is_quiet(self) -> bool:
        """Whether one more good result changes nothing."""
        return self.outage is None and self.row is None and self.sure_since is not None


UNSURE: Final = Standing()
"""Somewhere in the middle: there may be results before."""

BEGINNING: Final = Standing(sure_since=0)
"""Before the first result of all."""


class Change(StrEnum):
    """What a result may bring about."""

    OPENED = "opened"
    RECOVERED = "recovered"


class Turn(NamedTuple):
    """A change, and the outage as it is after it."""

    change: Change
    outage: Outage


def advance(standing: Standing, run: Run, policy: Policy) -> tuple[Standing, Turn | None]:
    """What is known after one more result, or a run of them, and what it changed: one run changes one thing at most.

    Args:
        run: later than all before; what comes late needs the past to be gone over again.
    """
    if run.state is State.UNKNOWN:
        return standing, None
    longest = run.longest(interval=policy.interval, max_gap=policy.max_gap)
    turn: Turn | None = None
    for part in (run,) if run.step <= longest else expanded((run,)):
        standing, turned = _step(standing, part, part.last + longest, policy)
        turn = turn or turned
    return standing, turn


def outages_of(runs: Iterable[Run], policy: Policy, standing: Standing = BEGINNING) -> tuple[Outage, ...]:
    """All outages, ascending; only the last may be open still.

    Args:
        runs: ascending.
        standing: what is known before them; an outage that is open then is the first.
    """
    ended, standing = folded(runs, policy, standing)
    return (*ended, standing.outage) if standing.outage else ended


def folded(runs: Iterable[Run], policy: Policy, standing: Standing) -> tuple[tuple[Outage, ...], Standing]:
    """The outages that ended, and what is known after all of them."""
    ended = list[Outage]()
    for run in runs:
        if run.state is State.UP and standing.is_quiet:  # most of them, and it changes nothing
            continue
        standing, turn = advance(standing, run, policy)
        if turn is not None and turn.change is Change.RECOVERED:
            ended.append(turn.outage)
    return tuple(ended), standing


def _step(standing: Standing, run: Run, holds: Micros, policy: Policy) -> tuple[Standing, Turn | None]:
    """The same of slots in a row, all of them known."""
    is_down = run.state is State.DOWN
    if is_down and standing.outage:
        return replace(standing, outage=_longer(standing.outage, run), row=None), None
    if not is_down and standing.outage is None and standing.sure_since is not None:
        return (replace(standing, row=None) if standing.row else standing), None
    before = standing.row
    if before is None or before.is_down is not is_down or run.start > before.holds:
        before = Row(is_down, run.start, 0, holds, ())
    needed = policy.runs if is_down else policy.recoveries
    if before.slots + run.slots < needed:
        return replace(standing, row=_with(before, run, holds)), None
    confirmed_at = run.start + run.step * (needed - before.slots - 1)
    if is_down:
        return _opened(standing, _with(before, run, holds), confirmed_at)
    return _recovered(standing, before.start, confirmed_at)


def _opened(standing: Standing, row: Row, confirmed_at: Micros) -> tuple[Standing, Turn]:
    outage = Outage(start=row.start, detected=confirmed_at, end=None, failures=row.failures, slots=row.slots)
    return replace(standing, outage=outage, row=None), Turn(Change.OPENED, outage)


def _recovered(standing: Standing, end: Micros, confirmed_at: Micros) -> tuple[Standing, Turn | None]:
    """So many good results in a row: whatever was before, it is over."""
    sure_since = confirmed_at if standing.sure_since is None else standing.sure_since
    over = Standing(sure_since=sure_since)
    if standing.outage is None:
        return over, None
    return over, Turn(Change.RECOVERED, replace(standing.outage, end=end))


def _with(row: Row, run: Run, holds: Micros) -> Row:
    failures = _counted(row.failures, run) if row.is_down else ()
    return row._replace(slots=row.slots + run.slots, holds=holds, failures=failures)


def _longer(outage: Outage, run: Run) -> Outage:
    return replace(outage, slots=outage.slots + run.slots, failures=_counted(outage.failures, run))


def _counted(failures: Failures, run: Run) -> Failures:
    counts = dict(failures)
    counts[run.failure] = counts.get(run.failure, 0) + run.slots
    return tuple(counts.items())
