"""The store that the rest of probe holds: opened once a process, asked in its own terms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Final, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from probe.model.alert import Turn
from probe.model.check import Check
from probe.model.definition import Definition
from probe.model.incident import Annotation
from probe.model.result import Evidence, Record, Result
from probe.model.sensitive import Sensitive
from probe.model.settings import Retention
from probe.model.units import Micros
from probe.store import (
    annotating,
    causes,
    evidence,
    identities,
    partitions,
    properties,
    purging,
    recording,
    records,
    rollups,
)
from probe.store.address import Address, parse_address
from probe.store.alerts import AlertBook
from probe.store.batch import batch_of
from probe.store.engine import as_of_one_moment, let_go, writing
from probe.store.faults import translated, unreachable
from probe.store.files import Files
from probe.store.identities import Identities
from probe.store.into_postgresql import PartitionDropped
from probe.store.maintenance import MaintenanceBook
from probe.store.opening import open_engine, reopened_engine
from probe.store.outbox import Outbox
from probe.store.purging import Due
from probe.store.ranges import Ranges
from probe.store.recording import Recorded
from probe.store.retention import Purged
from probe.store.silences import SilenceBook
from probe.store.turns import add_turns
from probe.store.whole import Whole, whole_results

WRITE_SECONDS: Final = 30
"""How long the writer waits for a server; results wait elsewhere after that."""

_SIMULATED_UNTIL: Final = "simulated_until"


class Store:
    """Results, their evidence, and what they were measured by.

    One thread records; another may register or define meanwhile, and any thread, or another process that has opened a store
    of its own, may read. Don't carry one over a fork.

    Every method raises `StoreUnreachable` when the store doesn't answer or is locked, and `StoreError` when it
    refuses for good. Nothing of a call that failed is stored, and the store may be used again.
    """

    def __init__(self, engine: Engine, address: Address) -> None:
        self._engine = engine
        self._address = address
        self._known: Identities | None = Identities()
        self._defined: dict[identities.Fingerprint, Definition] = {}
        self._days: frozenset[partitions.Day] = frozenset()
        self._files = Files.of(address.file)
        self._is_let_go = False

    def register(self, checks: Iterable[Check]) -> None:
        """Makes checks and their definitions known, so that stored outcomes can be read for ever. Idempotent."""
        self.define(map(Definition.of, checks))

    def define(self, definitions: Iterable[Definition]) -> None:
        """The same of definitions, of checks that need not stand in any file."""
        self._defined |= {(item.check, item.fingerprint): item for item in definitions}
        with self._writing(WRITE_SECONDS) as connection:
            known = identities.register(connection, self._known or Identities(), self._defined.values())
        self._known = known

    def record(self, results: Sequence[Result], turns: Sequence[Turn] = ()) -> Recorded:
        """Stores results in one transaction, with the turns of watched states that follow from them.

        Of several for one slot the first that was ever stored stays; but one that was measured replaces an unknown that
        was not, with all that was kept of it. So it doesn't matter in which order they arrive. A turn that is stored
        already, of the same check, location, watch and slot, is left out.
        """
        if not results and not turns:
            return Recorded(stored=0, duplicates=0)
        try:
            return self._record(results, turns)
        except PartitionDropped:
            return self._record(results, turns)

    def _record(self, results: Sequence[Result], turns: Sequence[Turn]) -> Recorded:
        with self._writing(WRITE_SECONDS) as connection:
            known = self._known or identities.register(connection, Identities(), self._defined.values())
            try:
                batch = batch_of(results, known)
            except KeyError:
                known = identities.identify(connection, known, results)
                batch = batch_of(results, known)
            days = partitions.cover(connection, self._days, (slot for _, _, slot in batch.rows))
            recorded = recording.insert_batch(connection, batch, of=len(results))
            rollups.mark_late(connection, batch.rows)
            if turns:
                known = add_turns(connection, turns, known)
        self._known, self._days = known, days
        return recorded

    def prepare_days(self, now: Micros) -> None:
        """Makes room for the results of today and of the days to come, so that the writer finds it made."""
        with self._writing(WRITE_SECONDS) as connection:
            partitions.create_ahead(connection, now)

    def checks(self) -> tuple[str, ...]:
        """Every check that anything was ever stored of, in order; those that no file defines any more among them."""
        with self._reading() as connection:
            return identities.check_names(connection)

    def locations(self) -> tuple[str, ...]:
        """Every location that anything was ever measured from, in order."""
        with self._reading() as connection:
            return identities.location_names(connection)

    def definitions(self) -> tuple[Definition, ...]:
        """What every check ever asked for, the oldest first."""
        with self._reading() as connection:
            return tuple(identities.read_definitions(connection).values())

    def records(self, check: str, *, start: Micros, end: Micros, location: str | None = None) -> Iterator[Record]:
        """A check's results with a slot in `[start, end)`, ascending, of one location or of all of them.

        They are read as they are asked for, as of when reading began: exhaust the iterator or close it.
        """
        with self._reading() as connection:
            yield from records.records(connection, check, start=start, end=end, location=location)

    def results(self, check: str, *, start: Micros, end: Micros, location: str | None = None) -> Iterator[Whole]:
        """The same results whole, with all that is stored of each, as of one moment; location after location.

        They are read as they are asked for: exhaust the iterator or close it.
        """
        with self._reading() as connection:
            yield from whole_results(as_of_one_moment(connection), check, start=start, end=end, location=location)

    @contextmanager
    def ranges(self, location: str) -> Iterator[Ranges]:
        """The past of checks at one location, rolled up where that is done; all as of one moment."""
        with self._reading() as connection:
            yield Ranges(as_of_one_moment(connection), location)

    def roll_up(self, location: str, *, now: Micros, zone: ZoneInfo, limit: int = 500) -> bool:
        """Rolls up some of what is over, at most `limit` hours or days of checks; whether nothing is left to do."""
        with self._writing() as connection:
            return rollups.roll_up(connection, location, now=now, zone=zone, limit=limit)

    def due(self, retention: Retention, *, now: Micros) -> tuple[Due, ...]:
        """Where each location's tiers end, and why where it is."""
        with self._reading() as connection:
            return tuple(purging.due(connection, retention, now=now).values())

    def count_due(self, retention: Retention, *, now: Micros) -> Iterator[Purged]:
        """What `purge` would delete, in many pieces."""
        with self._reading() as connection:
            yield from purging.count(connection, retention, now=now)

    def purge(self, retention: Retention, *, now: Micros) -> Iterator[Purged]:
        """Deletes what is past its retention, batch by batch; between two, nothing is held: wait as long as others need.

        Results go only once they are in hours, hours only once they are in days. It may be broken off at any time.
        """
        with translated(self._address):
            yield from purging.purge(self._engine, retention, now=now)

    def failures(
        self, check: str, *, limit: int, transcripts: int = 0, location: str | None = None
    ) -> tuple[Evidence, ...]:
        """Why the check was not up, newest first; unknown slots are among them where there is more to say than their kind.

        Args:
            limit: how many, besides those that have one of the newest transcripts.
            transcripts: how many of them are wanted.
        """
        with self._reading() as connection:
            return evidence.failures(connection, check, limit=limit, transcripts=transcripts, location=location)

    def evidence_at(self, check: str, slots: Iterable[Micros], *, location: str) -> dict[Micros, Evidence]:
        """The evidence of some of a check's slots, by slot. It outlasts its retention where outages began."""
        with self._reading() as connection:
            return causes.evidence_at(connection, check, slots, location)

    def annotate(self, annotation: Annotation) -> None:
        """Writes down what somebody said of an incident, of a check and location that are stored."""
        with self._writing(WRITE_SECONDS) as connection:
            annotating.add(connection, annotation)

    def annotations(self, location: str) -> tuple[Annotation, ...]:
        """What was said of incidents at a location, in the order in which it was."""
        with self._reading() as connection:
            return annotating.of_location(connection, location)

    def covered_until(self, location: str) -> dict[str, Micros]:
        """Up to when each check's newest result speaks: its slot and the interval it was measured with."""
        with self._reading() as connection:
            return records.covered_until(connection, location)

    @property
    def alerts(self) -> AlertBook:
        """Turns of watched states, and all that is known of alerts."""
        return AlertBook(self._reading, partial(self._writing, WRITE_SECONDS))

    @property
    def outbox(self) -> Outbox:
        """Messages that are to be sent, and what became of each."""
        return Outbox(self._reading, partial(self._writing, WRITE_SECONDS))

    @property
    def silences(self) -> SilenceBook:
        """Alerts that somebody doesn't want to be told for a while."""
        return SilenceBook(self._reading, partial(self._writing, WRITE_SECONDS))

    @property
    def maintenance(self) -> MaintenanceBook:
        """Maintenance windows that were declared by command, and the log of every change."""
        return MaintenanceBook(self._reading, partial(self._writing, WRITE_SECONDS))

    def simulated_until(self) -> Micros | None:
        """The end of the made-up history in this store, `None` when all of it was measured."""
        with self._reading() as connection:
            value = properties.read(connection, _SIMULATED_UNTIL)
        return None if value is None else int(value)

    def mark_simulated(self, until: Micros) -> None:
        """Declares that results before `until` were made up."""
        with self._writing() as connection:
            properties.write(connection, _SIMULATED_UNTIL, str(until))

    def look_after_files(self) -> None:
        """Goes on with the file that is there now, if it was put in the place of ours: who only reads wouldn't notice.

        Raises:
            StoreUnreachable: there is none.
        """
        with translated(self._address):
            self._come_back()

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Store({self._address.name!r})"

    @contextmanager
    def _writing(self, within: int | None = None) -> Iterator[Connection]:
        """A transaction, that ends within so many seconds. After one that failed the keys are read anew: the store may be another one since."""
        try:
            with translated(self._address):
                self._come_back()
                with writing(self._engine, within=within) as connection:
                    self._files.note()
                    yield connection
                self._look_after_files()  # only now is it sure that the commit is where others will find it
        except BaseException:
            self._known, self._days = None, frozenset()
            raise

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated(self._address), self._engine.connect() as connection:
            yield connection

    def _look_after_files(self) -> None:
        """Lets go of files that were deleted or replaced; raises `StoreUnreachable` if they were."""
        if change := self._files.change():
            let_go(self._engine, self._files.file)
            self._is_let_go = True
            raise unreachable(self._address, change, "what is there now is opened at the next try")

    def _come_back(self) -> None:
        """Opens what is there now. A file that was deleted is not made again: its results would seem never to have been."""
        if not self._is_let_go:
            self._look_after_files()
            return
        if not self._files.is_back and (log := self._files.clear_companions()):
            raise unreachable(self._address, f"{log} belongs to the file that was there before", "remove it")
        if self._address.file and not self._address.file.exists():
            raise unreachable(self._address, "its file was deleted", "put it back, or restart probe to begin a new one")
        self._engine = reopened_engine(self._address)
        self._files = Files.of(self._address.file)
        self._is_let_go = False


def open_store(url: Sensitive, *, create: bool = True) -> Store:
    """Opens the store at a URL and, unless told otherwise, makes it where there is none yet.

    Args:
        url: `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`.
        create: whether an empty database, or a missing file, becomes a store.

    Raises:
        StoreUnreachable: it isn't there, may not be used, or belongs to something else.
        StoreTooOld, StoreTooNew: another version of probe wrote it.
        ConfigurationError: the URL names no store.
    """
    address = parse_address(url)
    return Store(open_engine(address, create=create), address)
