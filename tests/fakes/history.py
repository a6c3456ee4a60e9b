"""A check's past without a store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from itertools import pairwise

from probe.alerting.incidents import incidents
from probe.alerting.outages import Policy, outages_of
from probe.model.check import Confirm
from probe.model.result import Record
from probe.model.run import MAX_GAP
from probe.model.sla import SlaRules
from probe.model.units import Micros
from probe.slo.history import History, history, history_cuts, recent_start
from probe.slo.past import past_of
from probe.slo.periods import Period
from probe.slo.rollup import of_records
from probe.slo.timeline import runs_of, single

AT_ONCE = Confirm(retries=0, after=0)


def past(
    records: Iterable[Record],
    *,
    interval: Micros,
    now: Micros,
    zone: tzinfo,
    maintenance: Sequence[Period] = (),
    confirm: Confirm = AT_ONCE,
    rules: SlaRules | None = None,
) -> History:
    """What these results, which ascend, come to."""
    kept = list(records)
    tiles = [
        of_records([item for item in kept if start <= item.scheduled_at < end], start=start, end=end)
        for start, end in pairwise(history_cuts(now, zone=zone))
    ]
    runs = runs_of(map(single, kept))
    outages = outages_of(runs, Policy.of(confirm, interval=interval))
    return history(
        [tile for tile in tiles if tile.runs],
        [item for item in kept if item.scheduled_at >= recent_start(now, interval=interval)],
        past_of(runs, outages, maintenance, rules or SlaRules(), interval=interval, until=now),
        incidents(outages, max_gap=MAX_GAP * interval),
        interval=interval,
        now=now,
        zone=zone,
    )
