"""A job's channels, opened; those that did not change stay open over a reload."""

from __future__ import annotations

from collections.abc import Mapping

from probe.channels.registry import KINDS
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.lane import Lane
from probe.runtime.alerts.surroundings import surroundings
from probe.runtime.clock import Clock


def open_lanes(job: AlertJob, clock: Clock) -> dict[str, Lane]:
    """A lane for each channel, by name; nobody is connected to yet."""
    around = surroundings(job, clock)
    return {each.name: Lane(each, KINDS[each.type].open(each, around), clock) for each in job.channels}


def renewed_lanes(job: AlertJob, before: AlertJob, lanes: Mapping[str, Lane], clock: Clock) -> dict[str, Lane]:
    """The same after a reload: a channel that is set as before keeps what it has met, also that it is disabled."""
    opened = open_lanes(job, clock)
    if _around(job) != _around(before):
        return opened
    return {
        name: lanes[name] if name in lanes and lanes[name].settings == lane.settings else lane
        for name, lane in opened.items()
    }


def _around(job: AlertJob) -> tuple[object, ...]:
    return job.addresses, job.contact, job.title, job.report_url, job.location
