"""Maintenance windows that were declared by command, and the log of every change, also of those of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update

from probe.model.maintenance import MaintenanceAction, MaintenanceChange, MaintenanceWindow
from probe.model.units import Micros
from probe.slo.maintenance_log import changes_of_file, remaining
from probe.store.codes import ACTION_CODES, ACTIONS
from probe.store.tables import maintenance, maintenance_log
from probe.store.windows import pack, unpack

Transaction: TypeAlias = Callable[[], AbstractContextManager[Connection]]

_PREFIX: Final = "m"
"""An id begins with it, so that it is not taken for a number of something else."""


class MaintenanceBook:
    """What was said about maintenance. Nothing is ever deleted: a figure that has changed can be explained for ever.

    Every method raises what those of `Store` do.
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def windows(self) -> tuple[MaintenanceWindow, ...]:
        """All that were ever declared by command, the oldest first."""
        with self._reading() as connection:
            return tuple(_windows(connection).values())

    def declare(self, window: MaintenanceWindow, *, author: str, now: Micros) -> MaintenanceWindow:
        """Adds a window, and tells of it in the log; the window with its id."""
        declared = MaintenanceChange(
            at=now, author=author, action=MaintenanceAction.DECLARED, window=window, affects=window.begins
        )
        row = {"name": window.name, "content": pack(window), "until_at": window.until}
        with self._writing() as connection:
            number = connection.execute(insert(maintenance).values(row).returning(maintenance.c.id)).scalar_one()
            _tell(connection, [declared], of=number)
        return replace(window, id=f"{_PREFIX}{number}")

    def end(self, window: MaintenanceWindow, *, at: Micros, author: str, now: Micros) -> MaintenanceWindow | None:
        """Has a declared window count up to `at` only, and tells of it in the log; `None` where it has ended by then already."""
        ended, number = replace(window, until=at), int(window.id.removeprefix(_PREFIX))
        is_withdrawn = window.begins is not None and at <= window.begins
        action = MaintenanceAction.WITHDRAWN if is_withdrawn else MaintenanceAction.ENDED
        change = MaintenanceChange(at=now, author=author, action=action, window=ended, affects=at)
        goes_on = or_(maintenance.c.until_at.is_(None), maintenance.c.until_at > at)
        with self._writing() as connection:
            ending = update(maintenance).where(maintenance.c.id == number, goes_on).values(until_at=at)
            if not connection.execute(ending).rowcount:
                return None
            _tell(connection, [change], of=number)
        return ended

    def note_file(
        self, windows: Iterable[MaintenanceWindow], *, location: str, author: str, now: Micros
    ) -> tuple[MaintenanceChange, ...]:
        """Logs how the windows of a location's file differ from those when this was last called; these changes."""
        there = Counter(unpack(pack(window)) for window in windows)  # in the order in which they are stored
        with self._writing() as connection:
            seen = remaining(_log(connection, maintenance_log.c.location == location))
            changes = changes_of_file(seen, there, at=now, author=author, location=location)
            _tell(connection, changes)
        return changes

    def log(self) -> tuple[MaintenanceChange, ...]:
        """Every change, the oldest first."""
        with self._reading() as connection:
            return tuple(_log(connection))


def unreadable(connection: Connection) -> Iterator[tuple[str, int]]:
    """How many rows of each table somebody has spoilt."""
    for table in (maintenance, maintenance_log):
        columns = [column for column in table.columns if column.name.startswith("content")]
        rows = connection.execute(select(*columns)).all()
        if spoilt := sum(not all(map(_is_readable, filter(None, row))) for row in rows):
            yield table.name, spoilt


def _is_readable(content: str) -> bool:
    try:
        unpack(content)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return True


def _windows(connection: Connection) -> dict[int, MaintenanceWindow]:
    return {
        row.id: replace(unpack(row.content), id=f"{_PREFIX}{row.id}", until=row.until_at)
        for row in connection.execute(select(maintenance).order_by(maintenance.c.id))
    }


def _tell(connection: Connection, changes: Iterable[MaintenanceChange], *, of: int | None = None) -> None:
    rows = [
        {
            "made_at": change.at,
            "author": change.author,
            "action": ACTION_CODES[change.action],
            "affects_from": change.affects,
            "location": change.location,
            "maintenance_id": of,
            "content": pack(change.window),
            "content_before": pack(change.before) if change.before else None,
        }
        for change in changes
    ]
    if rows:
        connection.execute(insert(maintenance_log), rows)


def _log(connection: Connection, *which: ColumnElement[bool]) -> Iterator[MaintenanceChange]:
    return map(_change, connection.execute(select(maintenance_log).where(*which).order_by(maintenance_log.c.id)))


def _change(row: Row[*tuple[Any, ...]]) -> MaintenanceChange:
    window = unpack(row.content)
    return MaintenanceChange(
        at=row.made_at,
        author=row.author,
        action=ACTIONS[row.action],
        window=window if row.maintenance_id is None else replace(window, id=f"{_PREFIX}{row.maintenance_id}"),
        affects=row.affects_from,
        before=unpack(row.content_before) if row.content_before else None,
        location=row.location,
    )
