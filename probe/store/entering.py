"""What was decided about alerts, and all that is known of them: stored in one transaction, and loaded as of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from sqlalchemy import Connection, Executable, bindparam, case, delete, insert, or_, select, update

from probe.alerting.book import Book, Entered, Loaded, Plan, Thread
from probe.model.errors import LeaseLost
from probe.model.units import MINUTE, Micros
from probe.store import posting
from probe.store.alert_rows import (
    Values,
    alert_of,
    reason_of,
    row_of_alert,
    row_of_decision,
    row_of_reason,
    row_of_thread,
    thread_of,
)
from probe.store.alert_tables import alert_memory, alert_reasons, alert_threads, alerts, decisions, planner
from probe.store.engine import insert_new, put

MOST_SKEW: Final[Micros] = 5 * MINUTE
"""By which the clocks of two holders may differ; a lease that lasts for longer was taken when one was wrong."""

_ACKNOWLEDGED: Final = ("acknowledged_at", "acknowledged_by")


def lease(connection: Connection, holder: str, *, now: Micros, until: Micros) -> bool:
    """Takes the lease, or keeps it for longer; whether nobody else has it, or had it by a clock that was wrong."""
    is_beyond = planner.c.until_at > max(now, until) + MOST_SKEW
    is_free = or_(planner.c.holder == holder, planner.c.until_at <= now, is_beyond)
    if connection.execute(update(planner).where(is_free).values(holder=holder, until_at=until)).rowcount:
        return True
    row = {"id": 1, "holder": holder, "until_at": until, "turns_until": 0}
    return connection.execute(insert_new(connection, planner).returning(planner.c.id), row).first() is not None


def enter(connection: Connection, entered: Entered, *, holder: str, now: Micros) -> None:
    """Stores a plan with its messages. Entered once more, which it may be when nobody knows what became of a commit, it changes nothing but the log of decisions.

    1. The lease is held, alone, until the transaction ends.
    2. Alerts and threads are as they are now; what is forgotten keeps its row, what is closed doesn't.
    3. Decisions are added, and the last one of each alert and channel is known for the next time.
    4. Earlier messages give way to new ones.

    Raises:
        LeaseLost: it is another's.
    """
    plan = entered.plan
    _hold(connection, holder, entered.turns_until)
    _enter_alerts(connection, plan)
    _enter_threads(connection, plan)
    _execute(connection, insert(decisions), map(row_of_decision, plan.decisions))
    _enter_reasons(connection, plan)
    posting.supersede(connection, entered.superseded, now=now)
    posting.post(connection, entered.deliveries)
    posting.name(connection, entered.named)
    _enter_memory(connection, entered)


def load(connection: Connection) -> Loaded:
    """All that is remembered."""
    book = Book(
        alerts={row.id: alert_of(row) for row in connection.execute(select(alerts).where(alerts.c.in_book))},
        threads={thread.key: thread for thread in _threads(connection)},
        reasons={(row.alert_id, row.channel): reason_of(row) for row in connection.execute(select(alert_reasons))},
    )
    return Loaded(
        book=book,
        turns_until=connection.execute(select(planner.c.turns_until)).scalar() or 0,
        memory={row.key: row.value for row in connection.execute(select(alert_memory))},
    )


def _threads(connection: Connection) -> Iterator[Thread]:
    """But for those that somebody has spoilt: their alerts are told anew."""
    for row in connection.execute(select(alert_threads).order_by(alert_threads.c.opened_at, alert_threads.c.id)):
        with suppress(ValueError):
            yield thread_of(row)


def _hold(connection: Connection, holder: str, turns_until: int) -> None:
    until = case((planner.c.turns_until > turns_until, planner.c.turns_until), else_=turns_until)
    holding = update(planner).where(planner.c.holder == holder).values(turns_until=until)
    if not connection.execute(holding).rowcount:
        raise LeaseLost("another process decides about alerts by now; this one loads what is known before it goes on")


def _enter_alerts(connection: Connection, plan: Plan) -> None:
    rows = (row_of_alert(alert, in_book=alert.id in plan.book.alerts) for alert in plan.alerts)
    _execute(connection, put(connection, alerts, kept=_ACKNOWLEDGED), rows)
    ids: list[Values] = [{"its": each} for each in plan.forgotten]
    _execute(connection, update(alerts).where(alerts.c.id == bindparam("its")).values(in_book=False), ids)


def _enter_threads(connection: Connection, plan: Plan) -> None:
    rows = [row_of_thread(thread) for thread in plan.threads]
    _execute(connection, put(connection, alert_threads), rows)
    gone = {thread.id for thread in plan.closed} | (_replaced(connection, rows) if rows else set())
    ids: list[Values] = [{"its": each} for each in sorted(gone)]
    _execute(connection, delete(alert_threads).where(alert_threads.c.id == bindparam("its")), ids)


def _replaced(connection: Connection, rows: Iterable[Values]) -> set[str]:
    """Those that others have taken the place of: of a group and a channel there is one."""
    new = {(row["channel"], row["shared"]): row["id"] for row in rows}
    present = connection.execute(select(alert_threads.c.id, alert_threads.c.channel, alert_threads.c.shared))
    return {its for its, *key in present if new.get((key[0], key[1]), its) != its}


def _enter_reasons(connection: Connection, plan: Plan) -> None:
    touched = {(each.alert, each.channel or "") for each in plan.decisions}
    known = plan.book.reasons
    _execute(
        connection, put(connection, alert_reasons), [row_of_reason(key, known[key]) for key in touched & known.keys()]
    )
    ids: list[Values] = [{"its": each} for each in plan.forgotten]
    _execute(connection, delete(alert_reasons).where(alert_reasons.c.alert_id == bindparam("its")), ids)


def _enter_memory(connection: Connection, entered: Entered) -> None:
    kept: list[Values] = [{"key": key, "value": value} for key, value in entered.memory.items() if value is not None]
    _execute(connection, put(connection, alert_memory), kept)
    gone: list[Values] = [{"its": key} for key, value in entered.memory.items() if value is None]
    _execute(connection, delete(alert_memory).where(alert_memory.c.key == bindparam("its")), gone)


def _execute(connection: Connection, statement: Executable, rows: Iterable[Values]) -> None:
    if several := list(rows):
        connection.execute(statement, several)
