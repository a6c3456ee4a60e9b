"""Who has taken alerts on: by an alert's id, or by a check's incident that the alert is about."""

from __future__ import annotations

from collections.abc import Iterable

from probe.alerting.context import Acknowledged
from probe.model.alert import Alert
from probe.model.incident import AnnotationKind
from probe.model.rule import Subject, SubjectKind
from probe.model.units import Micros
from probe.runtime.alerts.quiet import REREAD
from probe.store import Store


class Acknowledgements:
    """Reads what people said; `found` is by the alert's id."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._read_at: Micros | None = None
        self.found: dict[str, Acknowledged] = {}

    def look(self, store: Store, alerts: Iterable[Alert], now: Micros) -> bool:
        """Bring it up to date; whether anything is other than before.

        Raises:
            StoreError: the store can't be read.
        """
        if self._read_at is not None and self._read_at <= now < self._read_at + REREAD:
            return False
        self._read_at = now
        open_ = [alert for alert in alerts if alert.is_firing and alert.acknowledged_at is None]
        before, self.found = self.found, self._read(store, open_) if open_ else {}
        return before != self.found

    def _read(self, store: Store, open_: Iterable[Alert]) -> dict[str, Acknowledged]:
        found = dict(store.alerts.acknowledgements())
        said: dict[Subject, list[tuple[Micros, Acknowledged]]] = {}
        for each in store.annotations(self._location):
            if each.kind is AnnotationKind.ACKNOWLEDGEMENT:
                its = said.setdefault(Subject(SubjectKind.CHECK, each.check), [])
                its.append((each.moment, Acknowledged(each.made_at, each.author)))
        for alert in open_:
            mine = (by for moment, by in said.get(alert.subject, ()) if moment >= alert.since)
            if first := next(mine, None):
                found.setdefault(alert.id, first)
        return found
