"""What is watched at one location: results are folded along with their being stored, and turns are stored with them.

What is known moves on only once the store has taken the results: whatever becomes of a transaction, no turn is lost by it, and
none is stored twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from probe.alerting.facts import facts_of
from probe.alerting.watching import Standings, Turned, Watched, advance, watched
from probe.model.alert import Facts, Turn
from probe.model.result import Result, State
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.runtime.batches import Batch
from probe.runtime.noting import CertificateNotes
from probe.runtime.restoring import restored
from probe.runtime.threads import considerately
from probe.store import Recorded, Store

AT_ONCE: Final = 500
"""Results that are looked at before others have their turn: 3 milliseconds, where nothing is well."""


@dataclass(slots=True)
class _Draft:
    """What is known once a batch is stored, as far as it differs."""

    standings: dict[str, Standings] = field(default_factory=dict)
    last: dict[str, Micros] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)


class Watcher:
    """Stores results with the turns that they bring; before anything is watched, results alone.

    Every method blocks on the store, and any thread may call it.

    Attributes:
        certificates: notes those of the results that were stored.
    """

    def __init__(self, store: Store, location: str) -> None:
        self._store = store
        self._location = location
        self.certificates = CertificateNotes(store, location)
        self._lock = Lock()
        self._watched: Mapping[str, Watched] = {}
        self._standings: dict[str, Standings] = {}
        self._last: dict[str, Micros] = {}

    @property
    def is_watching(self) -> bool:
        """Whether anything is watched."""
        return bool(self._watched)

    def follow(self, settings: Settings, now: Micros) -> None:
        """Watch what the rules ask for from now on; raises as `replace` does. Certificates are noted for whatever rules there are."""
        facts = [check.facts for check in settings.checks]
        known = self.certificates.known() if settings.rules else None
        self.replace(watched(facts, settings.rules, max_gap=settings.sla.max_gap), now)
        self.certificates.begin(known)

    def replace(self, wanted: Mapping[str, Watched], now: Micros) -> None:
        """Watch this from now on, and that as if it had always been watched: what holds already turns at once.

        Raises:
            StoreError: what is known can't be read, or a turn can't be stored; then all is as it was.
        """
        with self._lock:
            known = restored(self._store, self._location, wanted, now=now)
            if known.turns:
                self._store.record((), turns=known.turns)
            self._watched, self._standings, self._last = wanted, known.standings, known.last

    def record(self, batch: Batch) -> int:
        """Store a batch in one transaction; says how many of its results were new.

        Raises:
            StoreError: nothing of it is stored, and what is known is as it was.
        """
        with self._lock:
            recorded = self._recorded(batch) if self._watched else self._store.record(batch.results)
        self.certificates.note(batch)
        return recorded.stored

    def _recorded(self, batch: Batch) -> Recorded:
        draft = self._folded(batch)
        recorded = self._store.record(batch.results, turns=draft.turns)
        self._adopt(draft)
        return recorded

    def _folded(self, batch: Batch) -> _Draft:
        """Nearly all results are up where nothing else is known, so these come first, and quickly."""
        draft, standings, last = _Draft(), self._standings, self._last
        changed, seen = draft.standings, draft.last
        for number, result in enumerate(considerately(batch.results, every=AT_ONCE)):
            check, slot = result.check, result.scheduled_at
            if slot <= (seen[check] if check in seen else last.get(check, -1)):
                continue
            seen[check] = slot
            if result.state is State.UP and check not in standings and check not in changed:
                continue
            if of := self._watched.get(check):
                before = changed[check] if check in changed else standings.get(check, ())
                changed[check], turned = advance(before, of.watches, slot, result.state, slot + of.gap)
                draft.turns += [_turn(each, result, of, batch.came[number]) for each in turned]
        return draft

    def _adopt(self, draft: _Draft) -> None:
        self._last |= draft.last
        for check, standings in draft.standings.items():
            if standings:
                self._standings[check] = standings
            else:
                self._standings.pop(check, None)


def _turn(turned: Turned, result: Result, of: Watched, came: Micros) -> Turn:
    return Turn(
        check=result.check,
        location=result.location,
        watch=turned.watch,
        began=turned.began,
        slot=turned.slot,
        known_at=came,
        facts=facts_of(result, host=of.host) if turned.began else Facts(),
    )
