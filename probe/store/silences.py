"""Silences: declared and ended by command, and never deleted, so that it can be told for ever why nobody was told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, insert, or_, select, update

from probe.model.alert import Silence
from probe.model.maintenance import Scope
from probe.model.units import Micros
from probe.store.alert_tables import silences
from probe.store.evidence import storable
from probe.store.maintenance import Transaction
from probe.store.windows import scope_as_json, scope_of

_PREFIX: Final = "s"


class SilenceBook:
    """What people didn't want to be told. Every method raises what those of `Store` do."""

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading = reading
        self._writing = writing

    def declare(self, silence: Silence) -> Silence:
        """Adds one; the same with its id."""
        row = {
            "content": _pack(silence),
            "comment": storable(silence.comment),
            "author": storable(silence.author),
            "starts_at": silence.start,
            "until_at": silence.until,
            "made_at": silence.made_at,
        }
        with self._writing() as connection:
            number = connection.execute(insert(silences).values(row).returning(silences.c.id)).scalar_one()
        return replace(silence, id=f"{_PREFIX}{number}")

    def end(self, silence_id: str, *, author: str, now: Micros) -> Silence | None:
        """Ends one before its time; `None` where there is none of that id that isn't over yet."""
        number = silence_id.removeprefix(_PREFIX)
        if not number.isdecimal() or len(number) > len(str(1 << 31)):
            return None
        goes_on = (silences.c.ended_at.is_(None)) & (silences.c.until_at > now)
        ending = update(silences).where(silences.c.id == int(number), goes_on)
        values = {"ended_at": now, "ended_by": storable(author)}
        with self._writing() as connection:
            row = connection.execute(ending.values(values).returning(silences)).first()
        return None if row is None else next(_readable([row]), None)

    def silences(self, *, ended: bool = False, now: Micros) -> tuple[Silence, ...]:
        """Those that hold, or will; with `ended` those too that are over. The oldest first."""
        query = select(silences).order_by(silences.c.id)
        if not ended:
            lasting = or_(silences.c.ended_at.is_(None), silences.c.ended_at > now)
            query = query.where(silences.c.until_at > now, lasting)
        with self._reading() as connection:
            return tuple(_readable(connection.execute(query)))


def _pack(silence: Silence) -> str:
    content = {"scope": scope_as_json(silence.scope), "rules": list(silence.rules)}
    return storable(json.dumps(content, ensure_ascii=False))


def unpack(content: str) -> tuple[Scope, tuple[str, ...]]:
    """Of which checks and rules one is. Raises `ValueError`, `LookupError`, `TypeError` or `AttributeError` for what is none."""
    value = json.loads(content)
    return scope_of(value["scope"]), tuple(value["rules"])


def _readable(rows: Iterable[Row[*tuple[Any, ...]]]) -> Iterator[Silence]:
    """But for those that somebody has spoilt: nobody knows what they silence, and alerts must not wait for them."""
    for row in rows:
        with suppress(ValueError, LookupError, TypeError, AttributeError):
            yield _silence(row)


def _silence(row: Row[*tuple[Any, ...]]) -> Silence:
    scope, rules = unpack(row.content)
    return Silence(
        id=f"{_PREFIX}{row.id}",
        scope=scope,
        rules=rules,
        comment=row.comment,
        author=row.author,
        start=row.starts_at,
        until=row.until_at,
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
