"""The outbox: messages, each until it is delivered, given up, or another says the same; and the ledger of their sending."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from probe.model.notification import Delivery, DeliveryState, Occasion, Try
from probe.model.units import Micros
from probe.store import posting
from probe.store.alert_codes import DELIVERIES, DELIVERY_CODES, OCCASION_CODES
from probe.store.alert_tables import messages, tries
from probe.store.evidence import storable
from probe.store.maintenance import Transaction
from probe.store.posting import DELIVERED, EXPIRED, FAILED, SENDING, SUPERSEDED, WAITING, delivery_of, try_of

_TO_BE_SENT: Final = (WAITING, SENDING)
_REACHED_NOBODY: Final = (FAILED, EXPIRED)
_OTHER: Final = messages.alias("other")
_COPY: Final = messages.alias("copy")


class Outbox:
    """Messages to be sent, by whoever claims them. Two dispatchers may share it, of one process or of many.

    Every method raises what those of `Store` do.
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Adds messages; one that is there already stays as it is."""
        with self._writing() as connection:
            posting.post(connection, deliveries)

    def note(self, delivery: Delivery, attempt: Try) -> None:
        """Writes down a message that was sent past the outbox, settled already, with its one try."""
        with self._writing() as connection:
            posting.post(connection, [delivery])
            connection.execute(insert(tries).values(_row_of_try(delivery.message.id, 1, attempt)))

    def claim(
        self,
        *,
        now: Micros,
        holder: str,
        lease: Micros,
        limit: int,
        channels: Collection[str] | None = None,
        but_channels: Collection[str] = (),
    ) -> tuple[Delivery, ...]:
        """Messages that are due, and nobody else's for so long; those first that have waited the longest.

        Of a thread it is at most one at a time, and the oldest. Who doesn't settle one in time leaves it to others.

        Args:
            now: the moment.
            holder: who claims: one that sends under no other name.
            lease: microseconds for which nobody else gets them.
            limit: how many at most.
            channels: of which alone any is wanted; `None` is of all.
            but_channels: of which none is wanted.
        """
        wanted = _due(now, channels, but_channels).limit(limit)
        with self._reading() as connection:  # most of the time nothing is due: no writer waits for that
            if not connection.execute(wanted).first():
                return ()
        with self._writing() as connection:
            _drop_superseded(connection, now)
            ids = connection.execute(wanted.with_for_update(skip_locked=True, of=messages)).scalars().all()
            held = {"state": SENDING, "holder": holder, "lease_until": now + lease}
            claimed = update(messages).where(messages.c.id.in_(ids), _is_due(now)).values(held)
            taken = set(connection.execute(claimed.returning(messages.c.id)).scalars())
            rows = connection.execute(select(messages).where(messages.c.id.in_(taken))).all()
        found = {row.id: delivery_of(row) for row in rows}
        return tuple(found[each] for each in ids if each in found)

    def settle(
        self, message_id: str, attempt: Try, *, holder: str, state: DeliveryState, due_at: Micros | None = None
    ) -> bool:
        """Writes down what became of a claimed message; `False`, and nothing, where another has claimed it since.

        Args:
            message_id: of the message.
            attempt: for the ledger.
            holder: who has claimed it.
            state: `WAITING` where it is to be tried again. Where a later message says the same it is not, but `SUPERSEDED`.
            due_at: when, then.
        """
        code, ended_at = DELIVERY_CODES[state], attempt.at + attempt.took
        is_over = false() if state is DeliveryState.DELIVERED else messages.c.is_superseded
        settled = {
            "state": case((is_over, SUPERSEDED), else_=code),
            "settled_at": case((is_over, ended_at), else_=None if state is DeliveryState.WAITING else ended_at),
            "due_at": messages.c.due_at if due_at is None else due_at,
            "why": "" if attempt.is_delivered else storable(attempt.answer),
            "tries": messages.c.tries + 1,
            "holder": None,
            "lease_until": None,
        }
        its_own = and_(messages.c.id == message_id, messages.c.state == SENDING, messages.c.holder == holder)
        with self._writing() as connection:
            query = update(messages).where(its_own).values(settled).returning(messages.c.tries)
            number = connection.execute(query).scalar()
            if number is None:
                return False
            connection.execute(insert(tries).values(_row_of_try(message_id, number, attempt)))
        return True

    def undelivered(self, limit: int) -> tuple[Delivery, ...]:
        """Messages that reached nobody, on a fallback channel either, and that no message tells of; the oldest first.

        One that was told of in a message that reached nobody itself is among them again. Tests are not.
        """
        query = select(messages).where(*_untold())
        return self._read(query.order_by(messages.c.written_at, messages.c.id).limit(limit))

    def count_undelivered(self, most: int) -> int:
        """How many `undelivered` would give."""
        query = select(messages.c.id).where(*_untold()).limit(most).subquery()
        with self._reading() as connection:
            return connection.execute(select(func.count()).select_from(query)).scalar_one()

    def waiting(self, thread: str) -> tuple[Delivery, ...]:
        """Messages of a thread that are to be sent, or just being sent; in their order."""
        query = select(messages).where(messages.c.state.in_(_TO_BE_SENT), messages.c.thread_id == thread)
        return self._read(query.order_by(messages.c.channel, messages.c.number, messages.c.id))

    def list(
        self,
        *,
        start: Micros | None = None,
        end: Micros | None = None,
        states: Collection[DeliveryState] = (),
        channel: str | None = None,
        limit: int,
    ) -> tuple[Delivery, ...]:
        """Messages that were written in `[start, end)`, the newest first; those in some states, where any is given."""
        wanted = [
            None if start is None else messages.c.written_at >= start,
            None if end is None else messages.c.written_at < end,
            messages.c.state.in_([DELIVERY_CODES[state] for state in states]) if states else None,
            None if channel is None else messages.c.channel == channel,
        ]
        query = select(messages).where(*(each for each in wanted if each is not None))
        return self._read(query.order_by(messages.c.written_at.desc(), messages.c.id).limit(limit))

    def find(self, ids: Iterable[str]) -> tuple[Delivery, ...]:
        """Messages by their ids, as far as they are there; in the order in which they were written."""
        query = select(messages).where(messages.c.id.in_(set(ids)))
        return self._read(query.order_by(messages.c.written_at, messages.c.id))

    def tries(self, message_id: str) -> tuple[Try, ...]:
        """Each time that a message was sent, the first one first."""
        query = select(tries).where(tries.c.message_id == message_id).order_by(tries.c.number)
        with self._reading() as connection:
            return tuple(map(try_of, connection.execute(query)))

    def retry(self, ids: Collection[str] | None, now: Micros) -> int:
        """Has messages that failed, expired or wait sent at once, and for as long as at first; how many, of these or of all."""
        again = {
            "state": WAITING,
            "due_at": now,
            "expires_at": now + messages.c.expires_after_us,
            "settled_at": None,
            "named_in": None,
        }
        query = update(messages).where(messages.c.state.in_((WAITING, *_REACHED_NOBODY))).values(again)
        with self._writing() as connection:
            if ids is None:
                return connection.execute(query).rowcount
            return sum(connection.execute(query.where(messages.c.id == each)).rowcount for each in sorted(set(ids)))

    def counts(self) -> Mapping[tuple[str, DeliveryState], int]:
        """How many messages there are, by channel and state."""
        query = select(messages.c.channel, messages.c.state, func.count())
        with self._reading() as connection:
            found = connection.execute(query.group_by(messages.c.state, messages.c.channel))
            return {(channel, DELIVERIES[state]): count for channel, state, count in found}

    def oldest_due(self, now: Micros) -> Micros | None:
        """Since when the message waits that has been due, and nobody's, for longest; `None` while none is."""
        since = func.min(case((messages.c.state == SENDING, messages.c.lease_until), else_=messages.c.due_at))
        with self._reading() as connection:
            found: Micros | None = connection.execute(select(since).where(_is_due(now))).scalar()
        return found

    def _read(self, query: Select[*tuple[Any, ...]]) -> tuple[Delivery, ...]:
        with self._reading() as connection:
            return tuple(map(delivery_of, connection.execute(query)))


def _is_due(now: Micros) -> ColumnElement[bool]:
    return or_(
        and_(messages.c.state == WAITING, messages.c.due_at <= now),
        and_(messages.c.state == SENDING, messages.c.lease_until <= now),
    )


def _due(now: Micros, channels: Collection[str] | None, but_channels: Collection[str]) -> Select[str]:
    """Ids of those that may be sent: nothing older of their thread is to be, and nothing of it is just being sent."""
    goes_before = or_(
        _OTHER.c.number < messages.c.number,
        and_(_OTHER.c.number == messages.c.number, _OTHER.c.id < messages.c.id),
        and_(_OTHER.c.state == SENDING, _OTHER.c.lease_until > now),
    )
    is_blocked = exists().where(
        _OTHER.c.state.in_(_TO_BE_SENT),
        _OTHER.c.channel == messages.c.channel,
        _OTHER.c.thread_id == messages.c.thread_id,
        _OTHER.c.id != messages.c.id,
        goes_before,
    )
    query = select(messages.c.id).where(_is_due(now), messages.c.channel.not_in(but_channels), ~is_blocked)
    if channels is not None:
        query = query.where(messages.c.channel.in_(channels))
    return query.order_by(messages.c.due_at, messages.c.written_at, messages.c.id)


def _untold() -> Iterator[ColumnElement[bool]]:
    """Of messages that reached nobody, and of which nobody was told."""
    told_of = exists().where(
        _OTHER.c.id == messages.c.named_in,
        or_(_OTHER.c.state.in_((*_TO_BE_SENT, DELIVERED)), _has_copy(_OTHER, DELIVERED)),
    )
    yield messages.c.state.in_(_REACHED_NOBODY)
    yield func.coalesce(messages.c.stands_for, "") == ""  # nearly all: SQLite mustn't look them up by it
    yield messages.c.occasion != OCCASION_CODES[Occasion.TEST]
    yield ~_has_copy(messages, *_TO_BE_SENT, DELIVERED)
    yield ~told_of


def _drop_superseded(connection: Connection, now: Micros) -> None:
    """Nobody knows what became of one whose sender is gone; a later one says the same, so that it isn't sent again."""
    is_left = and_(messages.c.state == SENDING, messages.c.lease_until <= now, messages.c.is_superseded)
    over = {"state": SUPERSEDED, "settled_at": now, "holder": None, "lease_until": None}
    connection.execute(update(messages).where(is_left).values(over))


def _has_copy(of: FromClause, *states: int) -> ColumnElement[bool]:
    """Whether one that stands for it on a fallback channel is in one of these states."""
    return exists().where(_COPY.c.stands_for == of.c.id, _COPY.c.state.in_(states))


def _row_of_try(message_id: str, number: int, attempt: Try) -> dict[str, object]:
    return {
        "message_id": message_id,
        "number": number,
        "at": attempt.at,
        "took_us": attempt.took,
        "is_delivered": attempt.is_delivered,
        "is_final": attempt.is_final,
        "answer": storable(attempt.answer),
    }
