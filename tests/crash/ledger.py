"""The store beside the target's own log: what is missing, what was made up, where there is a hole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from sqlalchemy import create_engine, inspect, text

from probe.model.grid import slots
from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND, Micros
from probe.store.address import parse_address
from probe.store.codes import FAILURES, STATES
from tests.crash.target import Answered

INTERVAL: Final[Micros] = SECOND
"""Of every check in these tests."""

_EARLY: Final[Micros] = INTERVAL // 100
"""A timer may come a little before its slot, and that is no lateness."""

_LATE: Final[Micros] = INTERVAL // 2
"""An attempt is timed from a little after it began: some instructions, or on a busy machine a turn or two."""

Key: TypeAlias = tuple[str, Micros]
"""Check and slot."""


class Stored(NamedTuple):
    """A row of the store."""

    check: str
    slot: Micros
    state: State
    failure: FailureKind | None
    status: int | None
    attempts: int
    lateness: Micros
    latency: Micros | None

    @property
    def is_measured(self) -> bool:
        """Whether a request was made for it."""
        return self.attempts > 0

    @property
    def began(self) -> Micros:
        """When its only attempt did."""
        return self.slot + self.lateness

    @property
    def ended(self) -> Micros:
        """When that had its response."""
        return self.began + (self.latency or 0)


Ledger: TypeAlias = dict[Key, Stored]

_QUERY: Final = text(
    "SELECT checks.key, scheduled_at, state, failure, http_status, attempts, lateness_us, latency_us"
    " FROM results JOIN checks ON checks.id = results.check_id ORDER BY check_id, scheduled_at"
)


def ledger(url: Sensitive) -> Ledger:
    """Every row of a store, none where there is no store yet.

    Raises:
        AssertionError: two rows are of one slot.
    """
    engine = create_engine(parse_address(url).url)
    try:
        with engine.connect() as connection:
            found = connection.execute(_QUERY).all() if inspect(connection).has_table("results") else []
    finally:
        engine.dispose()
    rows = [
        Stored(check, slot, STATES[state], FAILURES[failure], *rest) for check, slot, state, failure, *rest in found
    ]
    assert len({(row.check, row.slot) for row in rows}) == len(rows)
    return {(row.check, row.slot): row for row in rows}


@dataclass(frozen=True, slots=True)
class Compared:
    """What doesn't fit together.

    Attributes:
        lost: answered by the target, but not measured in the store.
        invented: up in the store, but never answered by the target.
    """

    lost: list[Answered]
    invented: list[Stored]


def compare(answered: Iterable[Answered], stored: Ledger) -> Compared:
    """Each measured row with the request that was answered while it was measured; both in the order of time."""
    requests: dict[str, list[Answered]] = defaultdict(list)
    for request in answered:
        requests[request.check].append(request)
    invented = []
    for row in sorted(stored.values(), key=lambda row: row.began):
        if not row.is_measured:
            continue
        fitting = next((request for request in requests[row.check] if _fits(request, row)), None)
        if fitting:
            requests[row.check].remove(fitting)
        elif row.state is State.UP:
            invented.append(row)
    return Compared(sorted(request for left in requests.values() for request in left), invented)


def _fits(request: Answered, row: Stored) -> bool:
    # One that failed by our own fault may have been answered after we had given it up.
    until = row.ended if row.state is State.UP else row.began + INTERVAL
    return row.began - _EARLY <= request.at <= until + _LATE


def holes(stored: Ledger) -> list[Key]:
    """Slots between the first and the last row of their check that have none."""
    seen: dict[str, list[Micros]] = defaultdict(list)
    for check, slot in stored:
        seen[check].append(slot)
    return [
        (check, slot)
        for check, known in seen.items()
        for slot in slots(check, INTERVAL, min(known), max(known))
        if (check, slot) not in stored
    ]


def changed(before: Mapping[Key, Stored], after: Mapping[Key, Stored]) -> list[Stored]:
    """Rows that are gone or different. Only where nothing was measured may a measurement take the place."""
    return [
        row
        for key, row in before.items()
        if key not in after or (after[key] != row and (row.is_measured or not after[key].is_measured))
    ]
