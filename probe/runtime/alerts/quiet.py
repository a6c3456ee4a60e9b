"""What keeps alerts from being told just now: maintenance windows, silences, rules that are not in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from probe.alerting.context import Muted
from probe.model.alert import Silence
from probe.model.maintenance import MaintenanceWindow, Scope
from probe.model.rule import AlertRule
from probe.model.units import SECOND, Micros
from probe.slo.maintenance import Occurrence, occurrence
from probe.store import Store

REREAD: Final[Micros] = 5 * SECOND
"""What people declare by command is read so often."""


class Quiet:
    """Reads what people declared, and works out what of it holds; each occurrence of a window once.

    Attributes:
        muted, silences, closed: as of `Context`.
    """

    def __init__(self, windows: Iterable[MaintenanceWindow], rules: Iterable[AlertRule]) -> None:
        self._of_file = tuple(windows)
        self._declared: tuple[MaintenanceWindow, ...] = ()
        self._said: tuple[Silence, ...] = ()
        self._limited = tuple(
            (rule.name, MaintenanceWindow(name=rule.name, scope=Scope(), schedule=rule.effective))
            for rule in rules
            if rule.effective
        )
        self._occurrences: dict[MaintenanceWindow, Occurrence | None] = {}
        self._read_at: Micros | None = None
        self.muted: tuple[Muted, ...] = ()
        self.silences: tuple[Silence, ...] = ()
        self.closed: dict[str, Micros | None] = {}

    def look(self, store: Store, now: Micros) -> bool:
        """Bring it up to date; whether anything is other than before.

        Raises:
            StoreError: the store can't be read.
        """
        if self._read_at is None or not self._read_at <= now < self._read_at + REREAD:
            self._declared, self._said, self._read_at = (
                store.maintenance.windows(),
                store.silences.silences(now=now),
                now,
            )
            self._occurrences = {}
        before = self.muted, self.silences, self.closed
        self.muted = tuple(self._muted(now))
        self.silences = tuple(silence for silence in self._said if silence.holds_at(now))
        self.closed = dict(self._closed(now))
        return before != (self.muted, self.silences, self.closed)

    def _muted(self, now: Micros) -> Iterable[Muted]:
        for window in (*self._of_file, *self._declared):
            found = self._occurrence(window, now)
            if found and found.start <= now:
                yield Muted(window.name, window.scope, found.end)

    def _closed(self, now: Micros) -> Iterable[tuple[str, Micros | None]]:
        for name, window in self._limited:
            found = self._occurrence(window, now)
            if found is None or found.start > now:
                yield name, found.start if found else None

    def _occurrence(self, window: MaintenanceWindow, now: Micros) -> Occurrence | None:
        known = self._occurrences.get(window)
        if window not in self._occurrences or (known and known.end is not None and known.end <= now):
            known = self._occurrences[window] = occurrence(window, now=now)
        return known
