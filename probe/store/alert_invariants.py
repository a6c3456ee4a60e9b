"""What must hold between the rows of alerts, as queries that count those for which it does not, and rows that somebody has spoilt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, Select, func, not_, select

from probe.store.alert_tables import alert_threads, alerts, messages, silences, tries, turns
from probe.store.content import unpack_facts, unpack_message, unpack_names, unpack_pairs, unpack_told
from probe.store.silences import unpack

_AT_ONCE: Final = 1_000


class AlertRule(NamedTuple):
    """One of them: what the query counts, in which table, and what to do."""

    table: str
    query: Select[int]
    what: str
    advice: str


def unreadable(connection: Connection) -> Iterator[tuple[str, int]]:
    """How many texts of each table can't be read."""
    for column, read in _READERS.items():
        query = select(column).where(column.is_not(None)).execution_options(yield_per=_AT_ONCE)
        if spoilt := sum(not _is_readable(read, text) for text in connection.execute(query).scalars()):
            yield column.table.name, spoilt


def _is_readable(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return True


def _beyond_one(rows: Select[*tuple[Any, ...]]) -> Select[int]:
    """How many groups of equal rows there are that should be a single one."""
    several = rows.group_by(*rows.selected_columns).having(func.count() > 1)
    return select(func.count()).select_from(several.subquery())


_SENT: Final = select(func.count()).where(tries.c.message_id == messages.c.id).correlate(messages).scalar_subquery()

RULES: Final = (
    AlertRule(
        table=alerts.name,
        query=_beyond_one(
            select(alerts.c.rule, alerts.c.subject_kind, alerts.c.subject_id).where(alerts.c.resolved_at.is_(None))
        ),
        what="subjects with several alerts of one rule that go on",
        advice="restore a backup",
    ),
    AlertRule(
        table=alerts.name,
        query=select(func.count()).where(alerts.c.resolved_at.is_(None), not_(alerts.c.in_book)),
        what="alerts that go on, and nobody looks after",
        advice="restore a backup",
    ),
    AlertRule(
        table=alert_threads.name,
        query=_beyond_one(select(alert_threads.c.channel, alert_threads.c.shared)),
        what="groups of which a channel is told several times",
        advice="restore a backup",
    ),
    AlertRule(
        table=messages.name,
        query=select(func.count()).select_from(messages).where(messages.c.tries != _SENT),
        what="messages whose tries are not all in the ledger",
        advice="somebody deleted tries; restore a backup",
    ),
)

_READERS: Final[dict[Column[str], Callable[[str], object]]] = {
    turns.c.facts: unpack_facts,
    alerts.c.facts: unpack_facts,
    alerts.c.locations: unpack_names,
    alert_threads.c.shared: unpack_pairs,
    alert_threads.c.told: unpack_told,
    alert_threads.c.escalated: unpack_names,
    messages.c.alerts: unpack_names,
    messages.c.content: unpack_message,
    silences.c.content: unpack,
}
