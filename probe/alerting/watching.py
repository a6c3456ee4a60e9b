"""Which states are watched in a check's results, and the fold that says when one of them began, or ended.

Where so many results in a row are wanted it says the same as `alerting.outages`, live and over the past. N of M looks at
the last M results that follow on one another; once a state has ended, what was before counts no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from probe.model.alert import Watch
from probe.model.check import CheckFacts, Confirm, api_of
from probe.model.leaves import leaves
from probe.model.result import State
from probe.model.rule import AlertRule, NoDataPolicy, StateCondition, SubjectKind
from probe.model.run import MAX_GAP, Run, expanded
from probe.model.units import Micros

_ALWAYS: Final[Micros] = 2**63
"""Whatever comes follows on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A check, and what is watched in it.

    Attributes:
        interval: of results that don't know theirs.
        max_gap: how far apart results that follow on one another may be; `None` is twice the interval of the former.
        host: of its requests.
    """

    check: str
    watches: tuple[Watch, ...]
    interval: Micros
    max_gap: Micros | None = None
    host: str = ""

    @property
    def gap(self) -> Micros:
        """How far apart its results may be, microseconds."""
        return MAX_GAP * self.interval if self.max_gap is None else self.max_gap

    @property
    def memory(self) -> Micros:
        """No result so far back may still come to turn anything, microseconds."""
        between = max(self.gap, MAX_GAP * self.interval)  # unknown ones follow on whatever was before them
        return between * max(max(watch.of, watch.recoveries) for watch in self.watches)


class WatchStanding(NamedTuple):
    """What is known of one watch.

    Attributes:
        has_begun: whether its state has begun, and not ended.
        row: the results that may come to turn it, from the first one of that kind on; `None` stands for one of the other kind.
        holds: the last moment at which the next result follows on these.
    """

    has_begun: bool = False
    row: tuple[Micros | None, ...] = ()
    holds: Micros = _ALWAYS


CALM: Final = WatchStanding()
BEGUN: Final = WatchStanding(has_begun=True)

Standings: TypeAlias = tuple[WatchStanding, ...]
"""Of a check's watches, in their order; empty where all of them are calm."""


class Turned(NamedTuple):
    """A watched state began or ended with the first of these results, which the last one made sure."""

    watch: Watch
    began: bool
    slot: Micros
    sure_at: Micros


def watch_of(condition: StateCondition, rule: AlertRule, confirm: Confirm) -> Watch:
    """What a rule's condition watches in a check."""
    recoveries = confirm.recoveries if rule.recover is None else rule.recover
    if condition.held is None:
        return Watch(condition.state, confirm.runs, confirm.runs, recoveries)
    return Watch(condition.state, condition.held.needed, condition.held.of, recoveries)


def confirmed_down(confirm: Confirm) -> Watch:
    """That of a check's outages."""
    return Watch(State.DOWN, confirm.runs, confirm.runs, confirm.recoveries)


def watched(
    checks: Collection[CheckFacts], rules: Sequence[AlertRule], *, max_gap: Micros | None = None
) -> dict[str, Watched]:
    """What is watched in which check: what rules ask for, and whether those are down that others depend on."""
    if not rules:
        return {}
    needed = {name for check in checks for name in check.depends_on}
    scopes = [(_meant(rule, checks), rule, _states(rule)) for rule in rules]
    found: dict[str, Watched] = {}
    for check in checks:
        watches = dict.fromkeys(
            watch_of(state, rule, check.confirm)
            for meant, rule, states in scopes
            if check.id in meant
            for state in states
        )
        if check.id in needed or check.api in needed:
            watches[confirmed_down(check.confirm)] = None
        if watches:
            found[check.id] = Watched(
                check=check.id, watches=tuple(watches), interval=check.interval, max_gap=max_gap, host=check.host
            )
    return found


def advance(
    standings: Standings, watches: Sequence[Watch], slot: Micros, state: State, holds: Micros
) -> tuple[Standings, Sequence[Turned]]:
    """What is known after one more result, later than all before, and what it turned.

    Args:
        holds: the last moment at which the next result follows on this one.
    """
    if state is State.UP and not standings:  # most of them
        return standings, ()
    after, turned = list[WatchStanding](), list[Turned]()
    for watch, before in zip(watches, standings or (CALM,) * len(watches), strict=True):
        standing, first = before, None
        if watch.state is State.UNKNOWN:
            standing, first = _step(before, watch, slot, state is State.UNKNOWN, _ALWAYS)
        elif state is not State.UNKNOWN:
            standing, first = _step(before, watch, slot, state is watch.state, holds)
        after.append(standing)
        if first is not None:
            turned.append(Turned(watch, standing.has_begun, first, slot))
    return (() if all(standing == CALM for standing in after) else tuple(after)), turned


def folded(runs: Iterable[Run], of: Watched, standings: Standings = ()) -> tuple[Standings, list[Turned]]:
    """What is known after all of these, which ascend, and what they turned: the same as result by result."""
    found = list[Turned]()
    for run in runs:
        if run.state is State.UP and not standings:
            continue
        length = run.longest(interval=of.interval, max_gap=of.max_gap)
        for slot in expanded((run,)):
            before = standings
            standings, turned = advance(before, of.watches, slot.start, run.state, slot.start + length)
            found += turned
            if standings == before and not any(standing.row for standing in standings):
                break  # and so do all of the run's other slots leave it
    return standings, found


def of_watch(standings: Standings, number: int) -> WatchStanding:
    """That of the check's watch of this number."""
    return standings[number] if standings else CALM


def together(standings: Sequence[WatchStanding]) -> Standings:
    """Of all of a check's watches, in the one form that `advance` gives."""
    return () if all(standing == CALM for standing in standings) else tuple(standings)


def _step(
    standing: WatchStanding, watch: Watch, slot: Micros, is_meant: bool, holds: Micros
) -> tuple[WatchStanding, Micros | None]:
    """The same of one watch, and the first result of those that turned it."""
    row = standing.row if slot <= standing.holds else ()
    if standing.has_begun:
        if is_meant:
            return BEGUN, None
        row = (*row, slot)
        return (CALM, row[0]) if len(row) >= watch.recoveries else (WatchStanding(True, row, holds), None)
    if not (row or is_meant):
        return CALM, None
    row = _from_first((*row, slot if is_meant else None)[-watch.of :])
    if len(row) - row.count(None) >= watch.needed:
        return BEGUN, row[0]
    return (WatchStanding(False, row, holds) if row else CALM), None


def _from_first(row: tuple[Micros | None, ...]) -> tuple[Micros | None, ...]:
    skipped = next((number for number, slot in enumerate(row) if slot is not None), len(row))
    return row[skipped:]


def _meant(rule: AlertRule, checks: Iterable[CheckFacts]) -> set[str]:
    """The checks that a rule is about; of APIs as a whole, all checks of those of which any is meant."""
    meant = {check.id for check in checks if rule.scope.holds(check.id, check.labels)}
    if rule.per is not SubjectKind.API:
        return meant
    apis = {api_of(check) for check in meant}
    return {check.id for check in checks if check.api in apis}


def _states(rule: AlertRule) -> tuple[StateCondition, ...]:
    """What its conditions are about; and whether there is any data, where it matters to them that there is none."""
    found = dict.fromkeys(
        each for level in rule.levels for each in leaves(level.condition) if isinstance(each, StateCondition)
    )
    if found and rule.no_data is not NoDataPolicy.KEEP:
        found[StateCondition(state=State.UNKNOWN)] = None
    return tuple(found)
