"""By which rules availability is counted, in words."""

from __future__ import annotations

from typing import Final

from probe.model.sla import MaintenanceRule, Method, SlaRules, UnknownRule
from probe.model.units import format_duration

_FORMULAS: Final = {
    Method.STATE_TIME: "by time in a state: 1 \N{MINUS SIGN} down ÷ known",
    Method.OCCURRENCES: "by results: good ÷ all",
    Method.TIMESLICES: "by slices of {slice}: good slices ÷ all",
    Method.RATIO_TIMESLICES: "by slices of {slice}: the mean of their shares of good results",
}
_UNKNOWN: Final = {
    UnknownRule.EXCLUDE: "as neither up nor down",
    UnknownRule.UP: "as up",
    UnknownRule.DOWN: "as down",
}
_MAINTENANCE: Final = {
    MaintenanceRule.EXCLUDE: ", nor does maintenance",
    MaintenanceRule.COUNT_AS_UP: ", maintenance as up",
    MaintenanceRule.IGNORE: "",
}


def counted_text(rules: SlaRules) -> str:
    """`Availability by results: good ÷ all, cut off, not rounded. What was not measured counts as …`."""
    formula = _FORMULAS[rules.method].format(slice=format_duration(rules.slice))
    unknown, apart = _UNKNOWN[rules.unknown], _MAINTENANCE[rules.maintenance]
    if rules.maintenance is MaintenanceRule.EXCLUDE and rules.unknown is not UnknownRule.EXCLUDE:
        apart = ", maintenance not at all"
    return f"Availability {formula}, cut off, not rounded. What was not measured counts {unknown}{apart}."
