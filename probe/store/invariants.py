"""What must hold between a store's rows, as queries that count those for which it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    except_,
    exists,
    func,
    select,
    union,
)

from probe.model.result import State
from probe.model.units import DAY, HOUR, Micros
from probe.slo.calendar import LONGEST_DAY
from probe.store.codes import STATE_CODES
from probe.store.ranges import DAY_TIER, HOUR_TIER
from probe.store.tables import days, definitions, evidence, hours, results, rolled, stale, transcripts

FUTURE: Final = DAY
"""How far ahead of the clock a slot may lie before it is taken for a mistake."""


class Rule(NamedTuple):
    """One of them.

    Attributes:
        query: the query, of a check's key and the moment.
        what: what was counted.
        advice: what to do.
    """

    query: Callable[[int, Micros], Select[int]]
    what: str
    advice: str


def orphans(connection: Connection, table: Table) -> Iterator[tuple[int, str, str]]:
    """How many rows point to nothing, by which column, and to where."""
    for reference in table.foreign_keys:
        column, target = reference.parent, reference.column
        missing = select(func.count()).where(column.is_not(None), ~exists().where(target == column))
        if rows := connection.execute(missing.select_from(table)).scalar_one():
            yield rows, column.name, target.table.name


def _same_slot(one: Table, other: Table) -> ColumnElement[bool]:
    return and_(*(one.c[column.name] == other.c[column.name] for column in one.primary_key.columns))


def _evidence_alone(check_id: int, _now: Micros) -> Select[int]:
    """Where results are kept: after the oldest that is there, and after what may have been purged."""
    its_own = (results.c.check_id == evidence.c.check_id) & (results.c.location_id == evidence.c.location_id)
    oldest = select(func.min(results.c.scheduled_at)).where(its_own).correlate(evidence).scalar_subquery()
    whole = select(rolled.c.raw_from).where(rolled.c.location_id == evidence.c.location_id).scalar_subquery()
    return (
        select(func.count())
        .select_from(evidence)
        .where(
            evidence.c.check_id == check_id,
            evidence.c.scheduled_at > oldest,
            evidence.c.scheduled_at >= func.coalesce(whole, 0),
            ~exists().where(_same_slot(results, evidence)),
        )
    )


def _transcripts_alone(check_id: int, _now: Micros) -> Select[int]:
    query = select(func.count()).select_from(transcripts)
    return query.where(transcripts.c.check_id == check_id, ~exists().where(_same_slot(evidence, transcripts)))


def _foreign_definitions(check_id: int, _now: Micros) -> Select[int]:
    foreign = select(definitions.c.id).where(definitions.c.check_id != check_id)
    return select(func.count()).where(results.c.check_id == check_id, results.c.definition_id.in_(foreign))


def _in_the_future(check_id: int, now: Micros) -> Select[int]:
    return select(func.count()).where(results.c.check_id == check_id, results.c.scheduled_at > now + FUTURE)


def _wrong_hours(check_id: int, _now: Micros) -> Select[int]:
    """Hours that are not what their results come to, where these are all there: rolled up, and not purged or marked."""
    hour = (results.c.scheduled_at - results.c.scheduled_at % HOUR).label("starts_at")
    states = (func.sum(case((results.c.state == STATE_CODES[state], 1), else_=0)) for state in State)
    within = (results.c.scheduled_at >= rolled.c.raw_from) & (results.c.scheduled_at < rolled.c.until)
    counted = (
        select(
            results.c.location_id,
            hour,
            *states,
            func.sum(results.c.bytes_sent),
            func.sum(results.c.bytes_received),
        )
        .join(rolled, rolled.c.location_id == results.c.location_id)
        .where(results.c.check_id == check_id, within)
        .group_by(results.c.location_id, hour)
    )
    kept = (
        select(hours.c.location_id, hours.c.starts_at, *_sums_of(hours))
        .join(rolled, rolled.c.location_id == hours.c.location_id)
        .where(hours.c.check_id == check_id, hours.c.starts_at >= rolled.c.raw_from, hours.c.starts_at < rolled.c.until)
    )
    return _differences(counted, kept, check_id, longest=HOUR, tiers=(HOUR_TIER,))


def _wrong_days(check_id: int, _now: Micros) -> Select[int]:
    """Days that are not what their hours come to, where these are all there. No hour lies in two days but by half an hour."""
    inside = and_(
        hours.c.check_id == days.c.check_id,
        hours.c.location_id == days.c.location_id,
        hours.c.starts_at >= days.c.starts_at,
        hours.c.starts_at < days.c.ends_at,
    )
    whole = and_(
        days.c.check_id == check_id,
        days.c.starts_at >= rolled.c.hours_from,
        days.c.starts_at % HOUR == 0,
    )
    counted = (
        select(days.c.location_id, days.c.starts_at, *(func.sum(column) for column in _sums_of(hours)))
        .select_from(days)
        .join(rolled, rolled.c.location_id == days.c.location_id)
        .join(hours, inside)
        .where(whole)
        .group_by(days.c.location_id, days.c.starts_at)
    )
    kept = (
        select(days.c.location_id, days.c.starts_at, *_sums_of(days))
        .join(rolled, rolled.c.location_id == days.c.location_id)
        .where(whole)
    )
    return _differences(counted, kept, check_id, longest=LONGEST_DAY, tiers=(HOUR_TIER, DAY_TIER))


def _sums_of(table: Table) -> tuple[ColumnElement[int], ...]:
    return tuple(table.c[name] for name in (*(state.value for state in State), "bytes_sent", "bytes_received"))


def _differences(
    counted: Select[*tuple[int, ...]],
    kept: Select[*tuple[int, ...]],
    check_id: int,
    *,
    longest: Micros,
    tiers: Sequence[int],
) -> Select[int]:
    """How many periods are in only one of the two, or differ; those in which something is yet to be rolled up don't count."""
    one, other = except_(counted, kept).subquery(), except_(kept, counted).subquery()
    wrong = union(select(one.c.location_id, one.c.starts_at), select(other.c.location_id, other.c.starts_at)).subquery()
    marked = and_(
        stale.c.check_id == check_id,
        stale.c.location_id == wrong.c.location_id,
        stale.c.tier.in_(tiers),
        stale.c.starts_at > wrong.c.starts_at - HOUR,
        stale.c.starts_at < wrong.c.starts_at + longest,
    )
    return select(func.count()).select_from(wrong).where(~exists().where(marked))


RULES: Final = (
    Rule(
        query=_in_the_future,
        what="results of slots more than a day ahead",
        advice="see whether this machine's clock is right, and what was imported",
    ),
    Rule(
        query=_foreign_definitions,
        what="results that were measured by another check's definition",
        advice="restore a backup",
    ),
    Rule(
        query=_evidence_alone,
        what="rows of evidence without their result",
        advice="somebody deleted results; restore a backup",
    ),
    Rule(
        query=_transcripts_alone,
        what="transcripts without their evidence",
        advice="somebody deleted evidence; they go with time",
    ),
    Rule(
        query=_wrong_hours,
        what="hours that are not what their results come to",
        advice="somebody changed results; restore a backup",
    ),
    Rule(
        query=_wrong_days,
        what="days that are not what their hours come to",
        advice="somebody changed hours; restore a backup",
    ),
)
