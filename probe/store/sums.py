"""Sums over the results of all checks: statuses, bytes, phases; a query for each tier instead of some for each check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Table, select

from probe.model.result import State
from probe.model.sample import PHASES
from probe.slo.rollup import Figures, PhaseSum, merged_figures
from probe.store.codes import STATES
from probe.store.levels import Stretch, Unlike, Wanted, borders_of_days, is_wanted
from probe.store.tables import checks, days, results

_CHUNK: Final = 2_000
_Row: TypeAlias = Row[*tuple[Any, ...]]


def sums(connection: Connection, wanted: Wanted, tiled: Sequence[Stretch], *, zone: ZoneInfo) -> dict[int, Figures]:
    """By check: states, statuses, bytes and phases, but no failures and no latencies.

    An hour that the range divides after its results were purged goes with the part that holds its start, as in
    `Rollup.clipped`.

    Raises:
        Unlike: see there.
    """
    found: dict[int, list[Figures]] = {}
    for stretch in tiled:
        parts = (
            _rolled(connection, wanted, stretch, stretch.tier, zone)
            if stretch.tier is not None
            else _single(connection, wanted, stretch)
        )
        for check_id, figures in parts:
            found.setdefault(check_id, []).append(figures)
    return {check_id: merged_figures(parts) for check_id, parts in found.items()}


def _rolled(
    connection: Connection, wanted: Wanted, stretch: Stretch, tier: Table, zone: ZoneInfo
) -> Iterator[tuple[int, Figures]]:
    _, start, end = stretch
    borders = dict(borders_of_days(start, end, zone)) if tier is days else {}
    phases = [tier.c[f"{phase}_{part}"] for phase in PHASES for part in ("us", "runs")]
    query = (
        select(
            checks.c.id, tier.c.starts_at, tier.c.ends_at, *(tier.c[state] for state in STATES.values()), tier.c.statuses,
            tier.c.bytes_sent, tier.c.bytes_received, *phases,
        )
        .join_from(checks, tier, (tier.c.check_id == checks.c.id) & (tier.c.location_id == wanted.location_id))
        .where(tier.c.starts_at >= start, tier.c.starts_at < end, is_wanted(wanted))
    )  # fmt: skip
    states = list(STATES.values())
    for check_id, starts_at, ends_at, *rest in connection.execute(query, execution_options={"yield_per": _CHUNK}):
        if tier is days and borders.get(starts_at) != ends_at:
            raise Unlike
        counts, (statuses, sent, received, *times) = rest[: len(states)], rest[len(states) :]
        pairs = iter(times)
        yield (
            check_id,
            Figures(
                states=dict(zip(states, counts, strict=True)),
                statuses={int(status): count for status, count in statuses.items()},
                bytes_sent=sent,
                bytes_received=received,
                phases=tuple(PhaseSum(*pair) for pair in zip(pairs, pairs, strict=True)),
            ),
        )


def _single(connection: Connection, wanted: Wanted, stretch: Stretch) -> Iterator[tuple[int, Figures]]:
    its_own = (results.c.check_id == checks.c.id) & (results.c.location_id == wanted.location_id)
    query = (
        select(
            checks.c.id, results.c.state, results.c.http_status, results.c.bytes_sent, results.c.bytes_received,
            *(results.c[f"{phase}_us"] for phase in PHASES),
        )
        .join_from(checks, results, its_own)
        .where(results.c.scheduled_at >= stretch.start, results.c.scheduled_at < stretch.end, is_wanted(wanted))
        .order_by(checks.c.id)
    )  # fmt: skip
    found = connection.execute(query, execution_options={"yield_per": _CHUNK})
    for check_id, rows in groupby(found, key=itemgetter(0)):
        yield check_id, _summed(list(rows))


def _summed(rows: Sequence[_Row]) -> Figures:
    """As `rollup.of_records` sums results up."""
    _, states, statuses, sent, received, *phases = zip(*rows, strict=True)
    answered = [
        STATES[state] is not State.UNKNOWN and status is not None
        for state, status in zip(states, statuses, strict=True)
    ]
    happened = [
        [us for us, is_answer in zip(phase, answered, strict=True) if is_answer and us is not None] for phase in phases
    ]
    return Figures(
        states=Counter(STATES[state] for state in states),
        statuses=Counter(status for status, is_answer in zip(statuses, answered, strict=True) if is_answer),
        bytes_sent=sum(sent),
        bytes_received=sum(received),
        phases=tuple(PhaseSum(sum(values), len(values)) for values in happened),
    )
