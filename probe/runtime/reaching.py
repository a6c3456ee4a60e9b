"""How far around a period the slots of a check must be read, so that it is sure when it was down in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from probe.alerting.outages import BEGINNING, UNSURE, Policy, Standing, advance, outages_of
from probe.model.incident import Outage
from probe.model.run import Runs
from probe.model.units import DAY, Micros
from probe.slo.periods import Period
from probe.store import Ranges


class Known(NamedTuple):
    """A check's slots, from one on by which it is sure what was before them, and its outages."""

    runs: Runs
    outages: tuple[Outage, ...]


def known(
    ranges: Ranges,
    runs: Mapping[str, Runs],
    policies: Mapping[str, Policy],
    *,
    read: Period,
    before: Micros,
    now: Micros,
) -> dict[str, Known]:
    """What is known of each check; looks back further where that must be, and ahead where a row goes on after the end.

    Args:
        runs: the slots of each check in `read`.
        before: at that moment it must be sure whether a check was down, and since when.
        now: there is nothing after it.
    """
    since, until = read
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
    _look_ahead(ranges, found, policies, until=until, now=now)
    return {
        check: _known(found[check], policies[check], until, BEGINNING if check in begun else UNSURE) for check in runs
    }


def _look_ahead(
    ranges: Ranges, found: dict[str, Runs], policies: Mapping[str, Policy], *, until: Micros, now: Micros
) -> None:
    """Adds what comes after the end, until it is sure what the last rows in it came to."""
    length = DAY
    while until < now and (
        open_ended := {check for check, policy in policies.items() if _goes_on(found[check], policy)}
    ):
        later = ranges.levels(until, min(until + length, now), checks=open_ended, latency=False)
        until, length = until + length, 2 * length
        for check, level in later.items():
            found[check] = (*found[check], *level.runs)


def _goes_on(runs: Runs, policy: Policy) -> bool:
    """Whether the last results are in a row that may come to confirm something."""
    if policy.runs == policy.recoveries == 1:
        return False
    standing = UNSURE
    for run in runs:
        standing, _ = advance(standing, run, policy)
    return standing.row is not None


def _known(runs: Runs, policy: Policy, until: Micros, standing: Standing) -> Known:
    return Known(runs, tuple(outage for outage in outages_of(runs, policy, standing) if outage.start < until))


def _is_sure(runs: Runs, policy: Policy, before: Micros) -> bool:
    """Whether the slots before that moment would have come to the same after any others."""
    standing: Standing = UNSURE
    for run in runs:
        if run.start >= before or standing.sure_since is not None:
            break
        standing, _ = advance(standing, run, policy)
    return standing.sure_since is not None and standing.sure_since < before
