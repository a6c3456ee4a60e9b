"""How often something was down in a period, how long it took to see it, to take it on, and to mend it.

    MTTR = sum of outages that ended in the period / their number
    MTTD = sum of (detected - start) / number of incidents
    MTTA = sum of (acknowledged - detected) / number of those acknowledged
    MTBF = (time up + time degraded) / number of incidents

An outage is the time from its start to its end outside maintenance. One that began before the period counts whole; one that
goes on counts as downtime, not for MTTR. (MTBF as GÉANT has it; others add the time to repair.)
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import attrgetter

from probe.model.incident import Incident
from probe.model.result import State
from probe.model.units import Micros
from probe.slo.past import Past
from probe.slo.periods import Period
from probe.slo.spans import Span
from probe.slo.steps import length


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Means over incidents, in microseconds; `None` where there was none to be counted.

    Attributes:
        incidents: those with any time down in the period, ascending.
    """

    incidents: tuple[Incident, ...]
    mttr: Fraction | None
    mttd: Fraction | None
    mtta: Fraction | None
    mtbf: Fraction | None


def recovery(
    past: Past, incidents: Sequence[Incident], period: Period, *, acknowledged: Mapping[Micros, Micros] | None = None
) -> Recovery:
    """What became of the incidents of a period.

    Args:
        past: what the incidents are of.
        incidents: ascending.
        acknowledged: when each was taken on, by its start.
    """
    down = [step for step in past.steps if step.state is State.DOWN and step.start < period.end]
    counted = tuple(one for one in incidents if _is_down(one, down, period))
    time = past.time(period)
    ended = [one for one in counted if one.end is not None and one.end <= period.end]
    taken_on = [one for one in counted if one.start in (acknowledged or {})]
    return Recovery(
        incidents=counted,
        mttr=_mean(ended, lambda one: duration(one, past)),
        mttd=_mean(counted, lambda one: one.detected - one.start),
        mtta=_mean(taken_on, lambda one: (acknowledged or {})[one.start] - one.detected),
        mtbf=Fraction(time.up + time.degraded, len(counted)) if counted else None,
    )


def duration(incident: Incident, past: Past, *, until: Micros | None = None) -> Micros:
    """How long it lasted outside maintenance, all of its outages together; up to `until` at most, where one goes on longer."""
    ends = [(one.start, _earlier(one.end, until)) for one in incident.outages]
    return sum(end - start - length(past.apart, start, end) for start, end in ends if end is not None and start < end)


def _earlier(end: Micros | None, until: Micros | None) -> Micros | None:
    return min((each for each in (end, until) if each is not None), default=None)


def _is_down(incident: Incident, down: Sequence[Span], period: Period) -> bool:
    low = max(incident.start, period.start)
    high = period.end if incident.end is None else min(incident.end, period.end)
    index = bisect_right(down, low, key=attrgetter("end"))
    return low < high and index < len(down) and down[index].start < high


def _mean(incidents: Sequence[Incident], lasted: Callable[[Incident], Micros]) -> Fraction | None:
    return Fraction(sum(map(lasted, incidents)), len(incidents)) if incidents else None
