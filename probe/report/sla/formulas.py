"""How every figure is computed, in words that a report carries with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from probe.model.sla import MaintenanceRule, Method, SlaRules, UnknownRule
from probe.model.units import format_duration, format_percentage

_METHODS: Final = {
    Method.STATE_TIME: "time up or degraded / time known",
    Method.OCCURRENCES: "results up or degraded / all results",
    Method.TIMESLICES: "good slices of {slice} / all slices; a slice is good if at least {target} of its results are",
    Method.RATIO_TIMESLICES: "mean, over slices of {slice}, of each slice's share of good results",
}
_UNKNOWN: Final = {
    UnknownRule.EXCLUDE: "what is unknown is left out",
    UnknownRule.UP: "what is unknown counts as up",
    UnknownRule.DOWN: "what is unknown counts as down",
}
_MAINTENANCE: Final = {
    MaintenanceRule.EXCLUDE: "announced maintenance is left out, of numerator and denominator",
    MaintenanceRule.COUNT_AS_UP: "announced maintenance counts as up",
    MaintenanceRule.IGNORE: "announced maintenance counts like any other time",
}
_ALWAYS: Final = {
    "coverage": "time known / (period - maintenance); below 95 % there is not enough to judge by",
    "best": "availability if every unknown moment had been up",
    "worst": "availability if every unknown moment had been down",
    "downtime": "confirmed: from the first of the results in a row that made an outage sure to the first that was up again",
    "mttr": "mean time to recovery: sum of outages that ended in the period / their number, without maintenance",
    "mttd": "mean time to detection: sum of (result that made it sure - first result down) / incidents",
    "mtta": "mean time to acknowledgement: sum of (acknowledged - detected) / incidents acknowledged",
    "mtbf": "mean time between failures: time up or degraded / incidents",
    "flapping": "three or more outages, each soon after the one before, are one incident; its length is that of the outages alone",
    "error_budget": "(1 - target) * the objective's whole window; spent is its error ratio so far * the time that counted",
    "latency": "percentiles by nearest rank over all responses, never averaged; within 0.1 % where results are kept in rollups",
    "apdex": "(satisfied + tolerating / 2) / all results measured; failures are frustrated",
    "precision": "figures are compared with their target before anything is cut off, and cut off when printed, never rounded up",
}


def formulas(rules: SlaRules) -> Mapping[str, str]:
    """By the figure's name."""
    method = _METHODS[rules.method].format(
        slice=format_duration(rules.slice), target=format_percentage(rules.slice_target)
    )
    return {
        "availability": f"{method}; {_UNKNOWN[rules.unknown]}; {_MAINTENANCE[rules.maintenance]}",
        "verdict": (
            f"a result holds until the next one, but at most for {format_duration(rules.max_gap)}; after that it is unknown"
            if rules.max_gap
            else "a result holds until the next one, but at most for twice its interval; after that it is unknown"
        ),
        **_ALWAYS,
    }
