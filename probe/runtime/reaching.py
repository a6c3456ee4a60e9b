"""How far back the past of a check must be read, and how far on, so that what is known of it in a period is sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from probe.alerting.certainty import is_over, is_sure
from probe.alerting.outages import BEGINNING, UNSURE, Policy, Standing, folded
from probe.model.incident import Outage
from probe.model.run import Runs
from probe.model.units import DAY, HOUR, Micros
from probe.store import Ranges


class Known(NamedTuple):
    """A check's slots, from one on by which it is sure what was before them, and its outages.

    These are whole: what is confirmed, or ends, only after the last of the slots is told as it truly was, and so are the
    outages that follow closely on those.
    """

    runs: Runs
    outages: tuple[Outage, ...]


class Read(NamedTuple):
    """From when on, and up to when, the slots of checks are read already."""

    since: Micros
    until: Micros


def known(
    ranges: Ranges, runs: Mapping[str, Runs], policies: Mapping[str, Policy], *, read: Read, before: Micros, now: Micros
) -> dict[str, Known]:
    """What is known of each check; looks back further, and on, where that must be.

    Args:
        runs: the slots of each check, as far as they are read.
        before: at that moment it must be sure whether a check was down, and since when.
        now: there is nothing later.
    """
    found = dict(runs)
    begun = _reached(ranges, found, policies, since=read.since, before=before)
    ended = {check: folded(found[check], policies[check], BEGINNING if check in begun else UNSURE) for check in runs}
    outages = _followed(ranges, ended, policies, until=read.until, now=now)
    return {check: Known(found[check], outages[check]) for check in runs}


def _reached(
    ranges: Ranges, found: dict[str, Runs], policies: Mapping[str, Policy], *, since: Micros, before: Micros
) -> set[str]:
    """Puts before their slots what is missing; those of which there are none before, as far as was looked."""
    length = DAY
    unsure = {check for check in found if not is_sure(found[check], policies[check], before)}
    oldest = ranges.oldest(unsure) if unsure else {}
    begun = {check for check in unsure if oldest.get(check, since) >= since}
    while unsure := {each for each in unsure - begun if not is_sure(found[each], policies[each], before)}:
        earlier = ranges.levels(since - length, since, checks=unsure, latency=False)
        since, length = since - length, 2 * length
        for check, level in earlier.items():
            found[check] = (*level.runs, *found[check])
        begun |= {check for check in unsure if oldest[check] >= since}
    return begun


def _followed(
    ranges: Ranges,
    found: dict[str, tuple[tuple[Outage, ...], Standing]],
    policies: Mapping[str, Policy],
    *,
    until: Micros,
    now: Micros,
) -> dict[str, tuple[Outage, ...]]:
    """With what becomes of them after the last slot that is read."""
    length = HOUR
    while until < now and (open_ := {each for each in found if not is_over(*found[each], until, policies[each])}):
        later = ranges.levels(until, min(until + length, now), checks=open_, latency=False)
        until, length = min(until + length, now), 2 * length
        for check, level in later.items():
            ended, standing = found[check]
            more, standing = folded(level.runs, policies[check], standing)
            found[check] = (*ended, *more), standing
    return {check: (*ended, *([last.outage] if last.outage else [])) for check, (ended, last) in found.items()}
