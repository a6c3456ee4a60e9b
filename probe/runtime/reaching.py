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


def known(
    ranges: Ranges, runs: Mapping[str, Runs], policies: Mapping[str, Policy], *, since: Micros, before: Micros
) -> dict[str, Known]:
    """What is known of each check; looks back further where that must be.

    Args:
        runs: the slots of each check from `since` on.
        before: at that moment it must be sure whether a check was down, and since when.
    """
    found, length = dict(runs), DAY
    unsure = {check for check in runs if not _is_sure(runs[check], policies[check], before)}
    oldest = ranges.oldest(unsure) if unsure else {}
    begun = {check for check in unsure if oldest.get(check, since) >= since}
    while unsure := {each for each in unsure - begun if not _is_sure(found[each], policies[each], before)}:
        earlier = ranges.levels(since - length, since, checks=unsure, latency=False)
        since, length = since - length, 2 * length
        for check, level in earlier.items():
            found[check] = (*level.runs, *found[check])
        begun |= {check for check in unsure if oldest[check] >= since}
    return {
        check: Known(found[check], outages_of(found[check], policies[check], BEGINNING if check in begun else UNSURE))
        for check in runs
    }


def _is_sure(runs: Runs, policy: Policy, before: Micros) -> bool:
    """Whether the slots before that moment would have come to the same after any others."""
    standing: Standing = UNSURE
    for run in runs:
        if run.start >= before or standing.sure_since is not None:
            break
        standing, _ = advance(standing, run, policy)
    return standing.sure_since is not None and standing.sure_since < before
