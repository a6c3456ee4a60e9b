"""Single results of all checks in a stretch of time, in one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from sqlalchemy import Connection, select

from probe.model.sample import PHASES
from probe.model.units import Micros
from probe.slo.columns import Columns
from probe.store.codes import FAILURES, STATES
from probe.store.levels import Wanted, is_wanted
from probe.store.tables import checks, results

NUMBERS: Final = {
    "latency": results.c.latency_us,
    "bytes.sent": results.c.bytes_sent,
    "bytes.received": results.c.bytes_received,
    **{f"phase.{phase}": results.c[f"{phase}_us"] for phase in PHASES},
}
"""The columns that may be asked for, by the names of metrics."""

_CHUNK: Final = 10_000


def singles(
    connection: Connection, wanted: Wanted, start: Micros, end: Micros, numbers: Sequence[str]
) -> Iterator[tuple[int, Columns]]:
    """Those with a slot in `[start, end)`, check by check, of those that have any.

    Args:
        numbers: which columns of `NUMBERS`.
    """
    its_own = (results.c.check_id == checks.c.id) & (results.c.location_id == wanted.location_id)
    query = (
        select(
            checks.c.id, results.c.scheduled_at, results.c.state, results.c.failure, results.c.http_status,
            *(NUMBERS[name] for name in numbers),
        )
        .join_from(checks, results, its_own)
        .where(results.c.scheduled_at >= start, results.c.scheduled_at < end, is_wanted(wanted))
        .order_by(checks.c.id, results.c.scheduled_at)
    )  # fmt: skip
    found = connection.execute(query, execution_options={"yield_per": _CHUNK})
    for check_id, rows in groupby(found, key=itemgetter(0)):
        _, slots, states, failures, statuses, *rest = zip(*rows, strict=True)
        yield (
            check_id,
            Columns(
                slots=slots,
                states=tuple(map(STATES.__getitem__, states)),
                failures=tuple(map(FAILURES.__getitem__, failures)),
                statuses=statuses,
                numbers=dict(zip(numbers, rest, strict=True)),
            ),
        )
