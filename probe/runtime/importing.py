"""History into the store: the one way in for results that this probe did not measure itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from probe.assertions.conclusion import OWN_FAILURES
from probe.model.definition import Definition
from probe.model.errors import StoreError, StoreUnreachable
from probe.model.ndjson import from_json
from probe.model.result import Result, State
from probe.model.settings import Settings
from probe.model.units import DAY, MILLISECOND, MINUTE, SECOND, Micros, to_iso
from probe.runtime.lines import Line
from probe.runtime.origins import LONGEST_INTERVAL, Measured, Origins, Refused
from probe.store import Recorded, Store

LARGEST_BATCH: Final = 10_000
"""Lines that are stored together: a running daemon waits that long for its turn, some tenths of a second."""

HEAVIEST_BATCH: Final = 16 << 20
"""Bytes of such lines."""

MOST_DAYS: Final = 100
"""Days whose results are stored together."""

MOST_LOCATIONS: Final = 1_000
"""Of a store; more come of a mistake, and would stay for ever."""

EARLIEST: Final[Micros] = 946_684_800 * SECOND  # 2000-01-01
"""What lies before was mistaken for something else: seconds for milliseconds, for instance."""

LATEST: Final[Micros] = 5 * MINUTE
"""How far ahead of this machine's clock another one's may be."""

MOST_BYTES: Final = 1 << 50
"""What one request may have moved: sums over years of them still fit into 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How far an import has come.

    Attributes:
        lines: read so far, but for blank ones.
        new, present: results that were stored, and those whose slots were known before: these change nothing.
        bad: lines that could not be imported.
        refused: those of the last step, with reasons.
        retired: checks that came into being and that the file of checks doesn't define.
    """

    lines: int = 0
    new: int = 0
    present: int = 0
    bad: int = 0
    refused: tuple[Refused, ...] = ()
    retired: frozenset[str] = frozenset()


def import_results(lines: Iterable[Line], store: Store, settings: Settings, *, now: Micros) -> Iterator[Imported]:
    """Stores what the lines tell, a batch a step; a line that is wrong holds up no other.

    Whatever was stored stays, and importing the same lines again adds only what is missing.

    Raises:
        StoreError: the store can't be used any more.
        OSError: the lines can't be read any further.
    """
    intake = _Intake(store, settings, now)
    so_far = Imported()
    for batch in _batches(lines):
        step = intake.take(batch)
        so_far = Imported(
            lines=so_far.lines + step.lines,
            new=so_far.new + step.new,
            present=so_far.present + step.present,
            bad=so_far.bad + step.bad,
            refused=step.refused,
            retired=so_far.retired | step.retired,
        )
        yield so_far


def replay(store: Store, results: Sequence[Result]) -> Recorded:
    """What a live result goes through once it was measured, without telling anybody: now it is stored.

    Raises:
        StoreError: nothing of it was stored.
    """
    return store.record(results)


class _Intake:
    """Takes batches of lines, and remembers what they have in common."""

    def __init__(self, store: Store, settings: Settings, now: Micros) -> None:
        self._store = store
        self._location = settings.location
        self._now = now
        self._origins = Origins(store, map(Definition.of, settings.checks))
        self._locations = {*store.locations()}
        self._known = {*store.checks(), *(check.id for check in settings.checks)}

    def take(self, batch: Sequence[Line]) -> Imported:
        """Store a batch.

        1. Each line is read and looked over by itself.
        2. Results get the definitions that they were measured by.
        3. What is left is stored in one transaction; in several, where it is of many days, or one is refused.
        """
        read = [self._read(line) for line in batch]
        settled = self._origins.settle([each for each in read if isinstance(each, Measured)])
        recorded, unfit = self._store_all(settled.results)
        refused = [*(each for each in read if isinstance(each, Refused)), *settled.refused, *unfit]
        retired = {each.result.check for each in settled.results} - self._known
        self._known |= retired
        return Imported(
            lines=len(batch),
            new=recorded.stored,
            present=recorded.duplicates,
            bad=len(refused),
            refused=tuple(sorted(refused)),
            retired=frozenset(retired),
        )

    def _read(self, line: Line) -> Measured | Refused:
        if line.fault:
            return Refused(line.number, line.fault)
        try:
            return self._measured(line)
        except ValueError as error:
            return Refused(line.number, str(error))

    def _measured(self, line: Line) -> Measured:
        value = _parsed(line.content)
        if isinstance(value, dict):
            value = {"location": self._location} | {name: each for name, each in value.items() if each is not None}
        result = from_json(value)
        _vet(result, now=self._now)
        self._locations.add(result.location)
        if len(self._locations) > MOST_LOCATIONS:
            self._locations.discard(result.location)
            raise ValueError(f"location would be one of more than {MOST_LOCATIONS:,}, which can't be meant")
        return Measured(line.number, result, _interval(value))

    def _store_all(self, results: Sequence[Measured]) -> tuple[Recorded, list[Refused]]:
        stored = [self._store_some(some) for some in _by_days(results)]
        return _sum(recorded for recorded, _ in stored), [each for _, refused in stored for each in refused]

    def _store_some(self, results: Sequence[Measured]) -> tuple[Recorded, list[Refused]]:
        """One that the store refuses for good must not take the others with it."""
        try:
            return replay(self._store, [each.result for each in results]), []
        except StoreUnreachable:
            raise
        except StoreError as error:
            if len(results) == 1:
                return _NOTHING, [Refused(results[0].line, str(error))]
        half = len(results) // 2
        (first, some), (second, more) = self._store_some(results[:half]), self._store_some(results[half:])
        return _sum((first, second)), some + more


_NOTHING: Final = Recorded(stored=0, duplicates=0)


def _sum(recorded: Iterable[Recorded]) -> Recorded:
    each = list(recorded)
    return Recorded(stored=sum(one.stored for one in each), duplicates=sum(one.duplicates for one in each))


def _by_days(results: Sequence[Measured]) -> Iterator[list[Measured]]:
    """Ascending, some days together: PostgreSQL keeps days apart, and takes only so many in one transaction."""
    days: set[int] = set()
    some: list[Measured] = []
    for each in sorted(results, key=lambda each: each.result.scheduled_at):
        day = each.result.scheduled_at // DAY
        if len(days) == MOST_DAYS and day not in days:
            yield some
            days, some = set(), []
        days.add(day)
        some.append(each)
    if some:
        yield some


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """So many lines together, fewer where they are long."""
    batch, weight = list[Line](), 0
    for line in lines:
        batch.append(line)
        weight += len(line.content)
        if len(batch) == LARGEST_BATCH or weight > HEAVIEST_BATCH:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


class _Twice(ValueError):
    """An object has two members of one name."""


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object's members: of two of one name nobody knows which was meant."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Twice(f'has "{twice[:40]}" twice')
    return members


def _parsed(content: bytes) -> object:
    """The JSON of a line; `ValueError` says why it is none."""
    try:
        return json.loads(content.decode(), object_pairs_hook=_each_once)
    except UnicodeDecodeError:
        raise ValueError("isn't UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"isn't JSON: {error.msg} at column {error.colno}") from None
    except _Twice:
        raise
    except (RecursionError, ValueError):
        raise ValueError("isn't a result: it is nested too deeply, or has a number with thousands of digits") from None


def _vet(result: Result, *, now: Micros) -> None:
    """`ValueError` for what no measurement can have come to."""
    if not EARLIEST <= result.scheduled_at <= now + LATEST:
        where = "before 2000" if result.scheduled_at < EARLIEST else f"in the future: it is {to_iso(now)[:16]}Z now"
        raise ValueError(f"scheduled_at is {to_iso(result.scheduled_at)}, which lies {where}")
    if result.failure and (result.failure in OWN_FAILURES) is not (result.state is State.UNKNOWN):
        its = State.UNKNOWN if result.failure in OWN_FAILURES else State.DOWN
        raise ValueError(f"failure {result.failure} makes a result {its}; state is {result.state}")
    if max(result.bytes_sent, result.bytes_received) > MOST_BYTES:
        raise ValueError(f"bytes_sent and bytes_received are at most {MOST_BYTES}")


def _interval(value: object) -> Micros | None:
    """What stands beside the result: a number, as `from_json` has seen."""
    told = value.get("interval_ms") if isinstance(value, dict) else None
    if told is None:
        return None
    interval: Micros = round(told * MILLISECOND)
    if not 0 < interval <= LONGEST_INTERVAL:
        raise ValueError(f"interval_ms must be more than 0 and at most {LONGEST_INTERVAL // MILLISECOND} (400 days)")
    return interval
