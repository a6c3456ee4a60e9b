"""Messages into the outbox, and rows of it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, update

from probe.model.notification import Delivery, DeliveryState, Message, Try
from probe.model.units import Micros
from probe.store.alert_codes import DELIVERIES, DELIVERY_CODES, LEVEL_CODES, LEVELS, OCCASION_CODES, OCCASIONS
from probe.store.alert_rows import Values, names_of
from probe.store.alert_tables import messages
from probe.store.content import pack_message, pack_names, unpack_message
from probe.store.engine import insert_new
from probe.store.evidence import storable

WAITING: Final = DELIVERY_CODES[DeliveryState.WAITING]
SENDING: Final = DELIVERY_CODES[DeliveryState.SENDING]
DELIVERED: Final = DELIVERY_CODES[DeliveryState.DELIVERED]
FAILED: Final = DELIVERY_CODES[DeliveryState.FAILED]
EXPIRED: Final = DELIVERY_CODES[DeliveryState.EXPIRED]
SUPERSEDED: Final = DELIVERY_CODES[DeliveryState.SUPERSEDED]


def post(connection: Connection, deliveries: Iterable[Delivery]) -> None:
    """Adds messages that are not there yet."""
    if rows := [_row(delivery) for delivery in deliveries]:
        connection.execute(insert_new(connection, messages), rows)


def supersede(connection: Connection, ids: Iterable[str], *, now: Micros) -> None:
    """Has messages that wait give way to later ones. One that is just being sent does so if that fails."""
    rows = [{"its": each} for each in sorted(ids)]
    if not rows:
        return
    its_own = messages.c.id == bindparam("its")
    being_sent = update(messages).where(its_own, messages.c.state == SENDING).values(is_superseded=True)
    waiting = update(messages).where(its_own, messages.c.state == WAITING)
    connection.execute(being_sent, rows)
    connection.execute(waiting.values(is_superseded=True, state=SUPERSEDED, settled_at=now), rows)


def name(connection: Connection, named: Mapping[str, str]) -> None:
    """Writes down in which message it is told that others reached nobody."""
    rows = [{"its": each, "by": message} for each, message in sorted(named.items())]
    if rows:
        its_own = messages.c.id == bindparam("its")
        connection.execute(update(messages).where(its_own).values(named_in=bindparam("by")), rows)


def delivery_of(row: Row[*tuple[Any, ...]]) -> Delivery:
    """As it is stored."""
    return Delivery(
        message=_message(row),
        state=DELIVERIES[row.state],
        due_at=row.due_at,
        expires_at=row.expires_at,
        alerts=names_of(row.alerts),
        tries=row.tries,
        why=row.why,
        settled_at=row.settled_at,
        stands_for=row.stands_for,
        named_in=row.named_in,
    )


def try_of(row: Row[*tuple[Any, ...]]) -> Try:
    """As it is stored."""
    return Try(
        message=row.message_id,
        at=row.at,
        took=row.took_us,
        is_delivered=row.is_delivered,
        answer=row.answer,
        is_final=row.is_final,
    )


def _row(delivery: Delivery) -> Values:
    message = delivery.message
    return {
        "id": message.id,
        "channel": message.channel,
        "thread_id": message.thread,
        "number": message.number,
        "occasion": OCCASION_CODES[message.occasion],
        "level": LEVEL_CODES[message.level],
        "written_at": message.at,
        "state": DELIVERY_CODES[delivery.state],
        "due_at": delivery.due_at,
        "expires_at": delivery.expires_at,
        "expires_after_us": max(delivery.expires_at - delivery.due_at, 0),
        "is_superseded": False,
        "tries": delivery.tries,
        "settled_at": delivery.settled_at,
        "stands_for": delivery.stands_for,
        "named_in": delivery.named_in,
        "why": storable(delivery.why),
        "title": storable(message.title),
        "alerts": pack_names(delivery.alerts),
        "content": pack_message(message),
    }


def _message(row: Row[*tuple[Any, ...]]) -> Message:
    """Of one that this version can't read, what stands in columns: that is told rather than nothing."""
    try:
        return unpack_message(row.content)
    except ValueError:
        level = LEVELS[row.level]
        return Message(
            id=row.id,
            channel=row.channel,
            thread=row.thread_id,
            number=row.number,
            occasion=OCCASIONS[row.occasion],
            level=level,
            title=row.title,
            status=level.upper(),
            group=(),
            at=row.written_at,
            zone="UTC",
            entries=(),
        )
