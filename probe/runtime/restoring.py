"""What was watched before a start or a reload goes on: what had begun stays begun, and what nears a turn still nears it.

1. The last turn of each watch is read, and its check's results of as long ago as may still turn it: of all checks at once.
2. Each watch is folded from its last turn on. One that has none is folded as if it had always been watched.
3. Where a state holds then that had not begun, or doesn't that had, that is a turn; so it ends what nobody watches any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeAlias

from probe.alerting.watching import BEGUN, Standings, Turned, Watched, WatchStanding, folded, of_watch, together
from probe.model.alert import LONGEST_DETAIL, Facts, Turn, Watch
from probe.model.result import Evidence, State
from probe.model.run import Run, Runs, expanded
from probe.model.units import DAY, MINUTE, Micros
from probe.runtime.threads import considerately
from probe.slo.timeline import clipped
from probe.store import Ranges, Store
from probe.store.ranges import MOST_NAMED

AT_ONCE: Final = 20
"""Checks that are gone over before others have their turn: half a millisecond."""

MOST_EXPLAINED: Final = 100
"""Turns that are found at once and told with their evidence."""

LONGEST_LOOK: Final[Micros] = 64 * DAY
"""How far back it is looked for the begin of what holds already when it is watched first."""

_END: Final[Micros] = 2**62

_Key: TypeAlias = tuple[str, Watch]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of all watches at one location.

    Attributes:
        standings: of checks where not all is calm.
        last: the last slot of each check that they know of.
        turns: that are to be stored.
    """

    standings: dict[str, Standings]
    last: dict[str, Micros]
    turns: tuple[Turn, ...]


class _Past(NamedTuple):
    """A check's slots from a moment on."""

    since: Micros
    runs: Runs = ()


def restored(store: Store, location: str, wanted: Mapping[str, Watched], *, now: Micros) -> Known:
    """What is known, and what must be stored so that the store knows it too.

    Raises:
        StoreError: the store can't be read.
    """
    last = {(turn.check, turn.watch): turn for turn in store.alerts.last_turns(location)}
    with store.ranges(location) as ranges:
        pasts = dict(_recent(ranges, wanted.values(), now))
        each = considerately(wanted.items(), every=AT_ONCE)
        found = {check: list(_folded(of, pasts[check], last)) for check, of in each}
        _look_further(ranges, wanted, pasts, found, last)
    turns = [
        _turn(of, location, watch, turned[-1], pasts[check], now)
        for check, of in wanted.items()
        for watch, (standing, turned) in zip(of.watches, found[check], strict=True)
        if turned and standing.has_begun is not _had_begun(last.get((check, watch)))
    ]
    ended = [
        replace(turn, began=False, slot=now, known_at=now, facts=Facts(), id=0)
        for (check, watch), turn in last.items()
        if turn.began and not (check in wanted and watch in wanted[check].watches)
    ]
    standings = {check: its for check, each in found.items() if (its := together([standing for standing, _ in each]))}
    slots = {check: past.runs[-1].last for check, past in pasts.items() if past.runs}
    return Known(standings, slots, (*ended, *_explained(store, turns)))


def _recent(ranges: Ranges, wanted: Collection[Watched], now: Micros) -> Iterator[tuple[str, _Past]]:
    """The slots that may still turn anything, of each check: by a query for all whose memory is about as long."""
    by_length: defaultdict[Micros, list[str]] = defaultdict(list)
    for of in wanted:
        by_length[MINUTE << (-(-of.memory // MINUTE) - 1).bit_length()].append(of.check)
    for length, checks in by_length.items():
        for check, runs in _read(ranges, now - length, now + DAY, checks):
            yield check, _Past(now - length, runs)


def _explained(store: Store, turns: Sequence[Turn]) -> Iterator[Turn]:
    """With what is kept of the results that they began with, of so many."""
    for number, turn in enumerate(turns):
        evidence = store.evidence_at(turn.check, [turn.slot], location=turn.location) if number < MOST_EXPLAINED else {}
        found = evidence.get(turn.slot) if turn.began else None
        yield turn if found is None else _with_evidence(turn, found)


def _with_evidence(turn: Turn, found: Evidence) -> Turn:
    detail = found.detail[:LONGEST_DETAIL]
    return replace(turn, facts=replace(turn.facts, detail=detail, http_status=found.http_status))


def _read(ranges: Ranges, start: Micros, end: Micros, checks: Sequence[str]) -> Iterator[tuple[str, Runs]]:
    """Their slots in `[start, end)`; so many at a time, that those of no other checks are read for them."""
    for number in range(0, len(checks), MOST_NAMED):
        named = checks[number : number + MOST_NAMED]
        levels = ranges.levels(start, end, checks=named, latency=False)
        yield from ((check, levels[check].runs if check in levels else ()) for check in named)


def _folded(of: Watched, past: _Past, last: Mapping[_Key, Turn]) -> Iterator[tuple[WatchStanding, list[Turned]]]:
    for watch in of.watches:
        alone = replace(of, watches=(watch,))
        standings, turned = _resumed(alone, past, last.get((of.check, watch)))
        yield of_watch(standings, 0), turned


def _resumed(of: Watched, past: _Past, turn: Turn | None) -> tuple[Standings, list[Turned]]:
    """A watch from its last turn on."""
    if turn is None:
        return folded(past.runs, of)
    if past.since <= turn.slot or not turn.began:
        standings, turned = folded(clipped(past.runs, turn.slot, _END), of)
        if turned or not turn.began:
            return standings, turned
    # The results that made it begin are not all among these; what came after it was known may still end it.
    return folded(clipped(past.runs, turn.known_at + 1, _END), of, (BEGUN,))


def _look_further(
    ranges: Ranges,
    wanted: Mapping[str, Watched],
    pasts: dict[str, _Past],
    found: dict[str, list[tuple[WatchStanding, list[Turned]]]],
    last: Mapping[_Key, Turn],
) -> None:
    """What holds already where nothing was known of it may have begun before the first slot that was read."""
    length = DAY
    while length <= LONGEST_LOOK and (
        open_ := {each for each in wanted if _is_open(wanted[each], found[each], pasts[each], last)}
    ):
        for since, checks in _by_since(pasts, open_).items():
            for check, earlier in _read(ranges, since - length, since, checks):
                pasts[check] = _Past(since - length, (*earlier, *pasts[check].runs))
                found[check] = list(_folded(wanted[check], pasts[check], last))
        length *= 4


def _by_since(pasts: Mapping[str, _Past], checks: Collection[str]) -> dict[Micros, list[str]]:
    found: defaultdict[Micros, list[str]] = defaultdict(list)
    for check in checks:
        found[pasts[check].since].append(check)
    return found


def _is_open(
    of: Watched, found: list[tuple[WatchStanding, list[Turned]]], past: _Past, last: Mapping[_Key, Turn]
) -> bool:
    """Whether a state began with the first of all known slots that were read, and no turn says when it truly did."""
    first = next((run.start for run in past.runs if run.state is not State.UNKNOWN), 0)
    return any(
        standing.has_begun and turned and turned[-1].slot <= first and (of.check, watch) not in last
        for watch, (standing, turned) in zip(of.watches, found, strict=True)
    )


def _had_begun(turn: Turn | None) -> bool:
    return turn is not None and turn.began


def _turn(of: Watched, location: str, watch: Watch, turned: Turned, past: _Past, now: Micros) -> Turn:
    failure = next((slot.failure for slot in _slots(past.runs, turned.sure_at)), None)
    return Turn(
        check=of.check,
        location=location,
        watch=watch,
        began=turned.began,
        slot=turned.slot,
        known_at=now,
        facts=Facts(failure=failure, host=of.host or None) if turned.began else Facts(),
    )


def _slots(runs: Runs, slot: Micros) -> Iterator[Run]:
    return expanded(clipped(runs, slot, slot + 1))
