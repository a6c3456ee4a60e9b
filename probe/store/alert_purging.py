"""Deletes what of alerts is past its retention, in the same way as `purging`: in batches, each a short transaction.

Decisions, turns and messages are kept as long as evidence, alerts as long as days. What goes on stays, whatever its age.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Connection, Engine, and_, delete, exists, func, select

from probe.model.settings import Retention
from probe.model.units import Micros
from probe.store.alert_tables import alerts, decisions, messages, tries, turns
from probe.store.engine import writing
from probe.store.retention import NEVER, Purged, Tier, border

MOST_AT_ONCE: Final = 1_000
"""Rows of one transaction."""

MOST_MESSAGES: Final = 50
"""Of one transaction, for each has a dozen tries."""


class _Kind(NamedTuple):
    """What goes along its ids, which ascend with time."""

    number: Column[int]
    moment: Column[int]
    may_go: Callable[[Micros], ColumnElement[bool]]


def count(connection: Connection, retention: Retention, *, now: Micros) -> Iterator[Purged]:
    """How many rows a purge would delete."""
    evidence, day = border(retention.evidence, now), border(retention.day, now)
    wanted = (
        (Tier.EVIDENCE, decisions, _old_decisions(max(evidence, day))),
        (Tier.EVIDENCE, turns, _old_turns(evidence)),
        (Tier.EVIDENCE, messages, messages.c.settled_at < evidence),
        (Tier.EVIDENCE, tries, tries.c.message_id.in_(select(messages.c.id).where(messages.c.settled_at < evidence))),
        (Tier.DAY, alerts, _old_alerts(day, max(evidence, day))),
    )
    for tier, table, may_go in wanted:
        yield Purged(tier, connection.execute(select(func.count()).select_from(table).where(may_go)).scalar_one())


def purge(engine: Engine, retention: Retention, *, now: Micros) -> Iterator[Purged]:
    """Deletes batch after batch. An alert goes only once nothing is kept of why it was told."""
    evidence, day = border(retention.evidence, now), border(retention.day, now)
    for rows in _along_ids(engine, _DECISIONS, max(evidence, day)):
        yield Purged(Tier.EVIDENCE, rows)
    for rows in _along_ids(engine, _TURNS, evidence):
        yield Purged(Tier.EVIDENCE, rows)
    for rows in _messages(engine, evidence):
        yield Purged(Tier.EVIDENCE, rows)
    for rows in _alerts(engine, day):
        yield Purged(Tier.DAY, rows)


def _along_ids(engine: Engine, kind: _Kind, before: Micros) -> Iterator[int]:
    """From the oldest on, up to a stretch in which nothing is old. Nothing is held while it is looked for."""
    last = 0
    while before:
        stretch = select(kind.number, kind.moment).where(kind.number > last).order_by(kind.number).limit(MOST_AT_ONCE)
        with engine.connect() as connection:
            found = connection.execute(stretch).all()
            old = [number for number, moment in found if moment < before]
            its_own = kind.number.in_(old)
            going = connection.execute(select(kind.number).where(its_own, kind.may_go(before))).scalars().all()
        if not old:
            return
        last = found[-1][0]
        if going:
            with writing(engine) as connection:
                rows = connection.execute(delete(kind.number.table).where(kind.number.in_(going))).rowcount
            yield rows


def _messages(engine: Engine, before: Micros) -> Iterator[int]:
    """With their tries; but for those that somebody has sent again meanwhile."""
    is_old = messages.c.settled_at < before
    while before:
        with engine.connect() as connection:
            ids = connection.execute(select(messages.c.id).where(is_old).limit(MOST_MESSAGES)).scalars().all()
        if not ids:
            return
        with writing(engine) as connection:
            still = select(messages.c.id).where(messages.c.id.in_(ids), is_old).with_for_update()
            going = connection.execute(still).scalars().all()
            rows = connection.execute(delete(tries).where(tries.c.message_id.in_(going))).rowcount
            rows += connection.execute(delete(messages).where(messages.c.id.in_(going))).rowcount
        yield rows


def _alerts(engine: Engine, before: Micros) -> Iterator[int]:
    while before:
        with engine.connect() as connection:
            wanted = select(alerts.c.id).where(_old_alerts(before)).limit(MOST_AT_ONCE)
            ids = connection.execute(wanted).scalars().all()
        if not ids:
            return
        with writing(engine) as connection:
            going = delete(alerts).where(alerts.c.id.in_(ids), _old_alerts(before))
            rows = connection.execute(going).rowcount
        yield rows


def _old_decisions(before: Micros) -> ColumnElement[bool]:
    """But for those on alerts that go on, or are still to be told."""
    in_book = exists().where(alerts.c.id == decisions.c.alert_id, alerts.c.in_book)
    return and_(decisions.c.at < before, ~in_book)


def _old_turns(before: Micros) -> ColumnElement[bool]:
    """But for the last one of each watch, which says how it stands."""
    later = turns.alias("later")
    its_own = (later.c[name] == turns.c[name] for name in ("check_id", "location_id", "watch"))
    return and_(turns.c.known_at < before, exists().where(*its_own, later.c.id > turns.c.id))


def _old_alerts(before: Micros, kept_from: Micros = NEVER) -> ColumnElement[bool]:
    """But for those with decisions that are kept: those from then on."""
    is_told_why = exists().where(decisions.c.alert_id == alerts.c.id, decisions.c.at >= kept_from)
    return and_(~alerts.c.in_book, alerts.c.resolved_at < before, ~is_told_why)


_DECISIONS: Final = _Kind(decisions.c.id, decisions.c.at, _old_decisions)
_TURNS: Final = _Kind(turns.c.id, turns.c.known_at, _old_turns)
