"""Alerts, as the rest of probe asks for them: turns, the book, decisions and acknowledgements."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import ColumnElement, and_, or_, select, update

from probe.alerting.book import Entered, Loaded
from probe.alerting.context import Acknowledged
from probe.model.alert import Alert, Certificate, Decision, Turn
from probe.model.rule import Subject
from probe.model.units import Micros
from probe.store import entering, turns
from probe.store.alert_codes import SUBJECT_CODES
from probe.store.alert_rows import alert_of, decision_of
from probe.store.alert_tables import alerts, daemons, decisions
from probe.store.engine import as_of_one_moment, put
from probe.store.evidence import storable
from probe.store.maintenance import Transaction


class AlertBook:
    """What was seen turn, and all that is known of alerts. Every method raises what those of `Store` do."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def load(self) -> Loaded:
        """What is remembered. After an `enter` of which nobody knows what became of it, it must be asked again."""
        with self._reading() as connection:
            return entering.load(as_of_one_moment(connection))

    def enter(self, entered: Entered, *, holder: str, now: Micros) -> None:
        """Stores all of it in one transaction. An acknowledgement that is stored stays, whatever the alerts say.

        Raises:
            LeaseLost: the lease is another's; nothing was stored.
        """
        with self._writing() as connection:
            entering.enter(connection, entered, holder=holder, now=now)

    def lease(self, holder: str, *, now: Micros, until: Micros) -> bool:
        """Takes the right to decide, or keeps it, up to a moment; `False` while it is another's."""
        with self._writing() as connection:
            return entering.lease(connection, holder, now=now, until=until)

    def turns(self, *, after: int, limit: int = 10_000) -> tuple[Turn, ...]:
        """Turns after the one with this id, in the order in which they were stored, of all locations."""
        with self._reading() as connection:
            return turns.after(connection, after, limit=limit)

    def last_turns(self, location: str | None = None) -> tuple[Turn, ...]:
        """The turn of each check, location and watch that was stored last; of one location, or of all."""
        with self._reading() as connection:
            return turns.last(connection, location)

    def note_certificates(self, certificates: Collection[Certificate]) -> None:
        """Writes down which certificates checks were shown, but where a later one is known."""
        with self._writing() as connection:
            turns.note_certificates(connection, certificates)

    def certificates(self) -> tuple[Certificate, ...]:
        """Those that checks were shown last, by check and location."""
        with self._reading() as connection:
            return tuple(turns.read_certificates(connection))

    def seen(self, location: str, now: Micros) -> None:
        """Writes down that the daemon at a location works."""
        with self._writing() as connection:
            connection.execute(put(connection, daemons, newer="seen_at"), {"location": location, "seen_at": now})

    def last_seen(self) -> Mapping[str, Micros]:
        """When the daemon of each location was last seen to work."""
        with self._reading() as connection:
            return dict(connection.execute(select(daemons.c.location, daemons.c.seen_at)).all())

    def alert(self, alert_id: str) -> Alert | None:
        """The alert of this id; `None` where there is none."""
        with self._reading() as connection:
            row = connection.execute(select(alerts).where(alerts.c.id == alert_id)).first()
        return None if row is None else alert_of(row)

    def alerts(
        self,
        *,
        subject: Subject | None = None,
        start: Micros | None = None,
        end: Micros | None = None,
        open_only: bool = False,
        limit: int | None = None,
    ) -> tuple[Alert, ...]:
        """Alerts, the newest first: about one subject, those that went on in `[start, end)`, those that go on."""
        query = select(alerts).order_by(alerts.c.since.desc(), alerts.c.id).limit(limit)
        if subject is not None:
            query = query.where(_is_about(subject))
        if start is not None:  # whatever goes on is in the book
            over = and_(~alerts.c.in_book, alerts.c.resolved_at >= start)
            going_on = or_(alerts.c.resolved_at.is_(None), alerts.c.resolved_at >= start)
            query = query.where(or_(over, and_(alerts.c.in_book, going_on)))
        if end is not None:
            query = query.where(alerts.c.since < end)
        if open_only:
            query = query.where(alerts.c.in_book, alerts.c.resolved_at.is_(None))
        with self._reading() as connection:
            return tuple(map(alert_of, connection.execute(query)))

    def decisions(
        self,
        *,
        subject: Subject | None = None,
        alert: str | None = None,
        since: Micros | None = None,
        limit: int,
    ) -> tuple[Decision, ...]:
        """Decisions, the newest first: about one subject, about one alert, not before a moment."""
        its_alert = (alerts.c.rule, alerts.c.subject_kind, alerts.c.subject_id)
        query = select(decisions, *its_alert).join(alerts, alerts.c.id == decisions.c.alert_id)
        if subject is not None:
            query = query.where(_is_about(subject))
        if alert is not None:
            query = query.where(decisions.c.alert_id == alert)
        if since is not None:
            query = query.where(decisions.c.at >= since)
        with self._reading() as connection:
            return tuple(map(decision_of, connection.execute(query.order_by(decisions.c.id.desc()).limit(limit))))

    def acknowledge(self, alert_id: str, author: str, now: Micros) -> Alert | None:
        """Writes down who has an alert in hand, unless somebody has it already; the alert, `None` where there is none."""
        nobody = update(alerts).where(alerts.c.id == alert_id, alerts.c.acknowledged_at.is_(None))
        with self._writing() as connection:
            connection.execute(nobody.values(acknowledged_at=now, acknowledged_by=storable(author)))
        return self.alert(alert_id)

    def acknowledgements(self) -> Mapping[str, Acknowledged]:
        """Who has which alert of the book in hand, by its id."""
        columns = (alerts.c.id, alerts.c.acknowledged_at, alerts.c.acknowledged_by)
        query = select(*columns).where(alerts.c.in_book, alerts.c.acknowledged_at.is_not(None))
        with self._reading() as connection:
            return {each: Acknowledged(at, by) for each, at, by in connection.execute(query)}


def _is_about(subject: Subject) -> ColumnElement[bool]:
    return and_(alerts.c.subject_kind == SUBJECT_CODES[subject.kind], alerts.c.subject_id == subject.id)
