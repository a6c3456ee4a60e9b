"""By which rules availability is counted."""

from __future__ import annotations

from typing import Final

from probe.config.filling import Blame
from probe.config.service import SlaFields
from probe.model.sla import SlaRules
from probe.model.units import DAY, SECOND, Micros, format_duration

LONGEST_GAP: Final = 365 * DAY


def read_sla(said: SlaFields, blame: Blame) -> SlaRules:
    """The meaning of the section; lengths that can't be are blamed."""
    if reason := why_no_slice(said.slice):
        blame(("sla", "slice"), reason)
    if said.max_gap is not None and not SECOND <= said.max_gap <= LONGEST_GAP:
        longest = format_duration(LONGEST_GAP)
        blame(("sla", "max_gap"), f"must be between 1s and {longest}; it is {format_duration(said.max_gap)}")
    return SlaRules(
        method=said.method,
        slice=said.slice,
        slice_target=said.slice_target,
        unknown=said.unknown,
        maintenance=said.maintenance,
        max_gap=said.max_gap,
    )


def why_no_slice(length: Micros) -> str | None:
    """Why no time slice can be as long as that; `None` where one can."""
    if not SECOND <= length <= DAY:
        return f"must be between 1s and 1d; it is {format_duration(length)}"
    if DAY % length:
        return f"must divide a day, so that every day has whole slices, as 1m, 5m or 1h do; it is {format_duration(length)}"
    return None
