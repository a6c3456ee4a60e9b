"""Turns of watched states, and the certificates that checks were shown last."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select

from probe.model.alert import Certificate, Facts, Turn, Watch
from probe.store.alert_tables import certificates, turns
from probe.store.content import pack_facts, unpack_facts
from probe.store.engine import insert_new, is_sqlite, put
from probe.store.identities import Identities, with_names
from probe.store.tables import checks, locations

_LOCK: Final = 0x7475726E73  # "turns"


def add_turns(connection: Connection, added: Sequence[Turn], known: Identities) -> Identities:
    """Writes turns down that are not there yet; `known`, with a key for every name in them.

    It comes last in its transaction: whoever adds others waits until that ends. So ids become visible in their order, and
    who goes on after the last one that was seen misses none.
    """
    ids = _named(connection, added, known)
    rows = [_row(turn, ids) for turn in added]
    if not is_sqlite(connection):
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    connection.execute(insert_new(connection, turns), rows)
    return ids


def after(connection: Connection, number: int, *, limit: int) -> tuple[Turn, ...]:
    """Turns with a greater id, ascending."""
    query = _whole().where(turns.c.id > number).order_by(turns.c.id).limit(limit)
    return tuple(map(_turn, connection.execute(query)))


def last(connection: Connection, location: str | None) -> tuple[Turn, ...]:
    """The latest of each check, location and watch, ascending by id."""
    ids = select(func.max(turns.c.id)).group_by(turns.c.check_id, turns.c.location_id, turns.c.watch)
    query = _whole().where(turns.c.id.in_(ids)).order_by(turns.c.id)
    if location is not None:
        query = query.where(locations.c.name == location)
    return tuple(map(_turn, connection.execute(query)))


def note_certificates(connection: Connection, seen: Collection[Certificate]) -> None:
    """Writes down which certificate each check was shown, unless a later one is known."""
    ids = _named(connection, seen, Identities())
    rows = [
        {
            "check_id": ids.checks[each.check],
            "location_id": ids.locations[each.location],
            "not_after": each.not_after,
            "seen_at": each.seen_at,
        }
        for each in seen
    ]
    if rows:
        connection.execute(put(connection, certificates, newer="seen_at"), rows)


def read_certificates(connection: Connection) -> Iterator[Certificate]:
    """Those that were shown last, by check and location."""
    query = (
        select(checks.c.key, locations.c.name, certificates.c.not_after, certificates.c.seen_at)
        .select_from(certificates)
        .join(checks, checks.c.id == certificates.c.check_id)
        .join(locations, locations.c.id == certificates.c.location_id)
        .order_by(checks.c.key, locations.c.name)
    )
    return (Certificate(*row) for row in connection.execute(query))


def _named(connection: Connection, items: Collection[Turn | Certificate], known: Identities) -> Identities:
    of_checks, of_locations = {item.check for item in items}, {item.location for item in items}
    return with_names(connection, known, of_checks=of_checks, of_locations=of_locations)


def _whole() -> Select[*tuple[Any, ...]]:
    return (
        select(turns, checks.c.key.label("check"), locations.c.name.label("location"))
        .join(checks, checks.c.id == turns.c.check_id)
        .join(locations, locations.c.id == turns.c.location_id)
    )


def _row(turn: Turn, ids: Identities) -> dict[str, object]:
    return {
        "check_id": ids.checks[turn.check],
        "location_id": ids.locations[turn.location],
        "watch": str(turn.watch),
        "slot": turn.slot,
        "began": turn.began,
        "known_at": turn.known_at,
        "facts": None if turn.facts == Facts() else pack_facts(turn.facts),
    }


def _turn(row: Row[*tuple[Any, ...]]) -> Turn:
    return Turn(
        check=row.check,
        location=row.location,
        watch=Watch.parse(row.watch),
        began=row.began,
        slot=row.slot,
        known_at=row.known_at,
        facts=facts_of(row.facts) or Facts(),
        id=row.id,
    )


def facts_of(text: str | None) -> Facts | None:
    """As they are stored; without what somebody has spoilt, for a turn or an alert must not be lost for it."""
    try:
        return unpack_facts(text) if text else None
    except ValueError:
        return Facts()
