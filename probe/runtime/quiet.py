"""What a target asks for in `Retry-After` (RFC 9110 §10.2.3)."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from probe.model.sample import Sample
from probe.model.units import DAY, SECOND, Micros, from_datetime

LONGEST: Final[Micros] = DAY
"""Nobody is believed to ask for more."""

_LONGEST_TEXT: Final = 64
_SECONDS: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)


def quiet_for(sample: Sample) -> Micros:
    """For how long the target asks not to be asked again; 0 when it doesn't. Of several wishes the longest counts."""
    now = sample.started_at + sample.latency_us
    wishes = (_wish(value, now) for name, value in sample.headers if name == "retry-after")
    return min(LONGEST, max(0, *wishes, 0))


def _wish(text: str, now: Micros) -> Micros:
    """A number of seconds or a date, in any spelling that can be read; 0 for anything else."""
    text = text.strip()
    if len(text) > _LONGEST_TEXT:
        return 0
    if _SECONDS.fullmatch(text):
        return round(min(float(text) * SECOND, LONGEST))
    try:
        moment = parsedate_to_datetime(text)
        return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError):
        return 0
