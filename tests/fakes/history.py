"""A check's past without a store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from itertools import pairwise

from probe.model.result import Record
from probe.model.units import Micros
from probe.slo.history import History, history, history_cuts, recent_start
from probe.slo.rollup import of_records


def past(records: Iterable[Record], *, interval: Micros, now: Micros, zone: tzinfo) -> History:
    """What these results, which ascend, come to."""
    kept = list(records)
    tiles = [
        of_records([item for item in kept if start <= item.scheduled_at < end], start=start, end=end)
        for start, end in pairwise(history_cuts(now, zone=zone))
    ]
    recent = [item for item in kept if item.scheduled_at >= recent_start(now, interval=interval)]
    return history(tiles, recent, interval=interval, now=now, zone=zone)
