"""How far back the past of a check must be read, so that what is known of it at a moment is sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from probe.alerting.outages import BEGINNING, UNSURE, Policy, Standing, advance, outages_of
from probe.model.incident import Outage
from probe.model.run import Runs
from probe.model.units import DAY, Micros
from probe.store import Ranges


class Known(NamedTuple):
    """A check's slots, from one on by which it is sure what was before them, and its outages."""

    runs: Runs
    outages: tuple[Outage, ...]


class Reach:
    """Looks back further where that must be.

    Args:
        since: from when on all is read already.
        before: at that moment it must be sure whether a check was down, and since when.
        oldest: when each check's first slot may be at the earliest; those without any slot are not in it.
    """

    def __init__(self, ranges: Ranges, *, since: Micros, before: Micros, oldest: Mapping[str, Micros]) -> None:
        self._ranges = ranges
        self._since = since
        self._before = before
        self._oldest = oldest

    def known(self, check: str, runs: Runs, policy: Policy) -> Known:
        """What is known of a check, of which `runs` are the slots from `since` on."""
        since, length = self._since, DAY
        oldest = self._oldest.get(check, since)
        while oldest < since and not _is_sure(runs, policy, self._before):
            found = self._ranges.levels(since - length, since, checks=[check], latency=False)
            runs = (*(found[check].runs if check in found else ()), *runs)
            since, length = since - length, 2 * length
        return Known(runs, outages_of(runs, policy, UNSURE if oldest < since else BEGINNING))


def _is_sure(runs: Runs, policy: Policy, before: Micros) -> bool:
    """Whether the slots before that moment would have come to the same after any others."""
    standing: Standing = UNSURE
    for run in runs:
        if run.start >= before or standing.sure_since is not None:
            break
        standing, _ = advance(standing, run, policy)
    return standing.sure_since is not None and standing.sure_since < before
