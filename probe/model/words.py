"""Numbers, moments and states as people read them; and text from outside made visible."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import lru_cache
from typing import Final

from probe.model.result import State
from probe.model.sample import FailureKind
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE, SECOND, Micros, to_datetime, to_iso

NOTHING: Final = "n/a"

STATE_WORDS: Final = {
    State.UP: "Up",
    State.DEGRADED: "Degraded",
    State.DOWN: "Down",
    State.UNKNOWN: "Unknown",
}


FAILURE_WORDS: Final = {
    FailureKind.DNS: "name not resolved",
    FailureKind.REFUSED: "connection refused",
    FailureKind.UNREACHABLE: "unreachable",
    FailureKind.TLS_EXPIRED: "certificate expired",
    FailureKind.TLS_NOT_YET_VALID: "certificate not yet valid",
    FailureKind.TLS_WRONG_HOST: "certificate of another host",
    FailureKind.TLS_SELF_SIGNED: "self-signed certificate",
    FailureKind.TLS_UNKNOWN_AUTHORITY: "unknown certificate authority",
    FailureKind.TLS_REVOKED: "certificate revoked",
    FailureKind.TLS_VERSION: "TLS too old",
    FailureKind.TLS: "TLS handshake failed",
    FailureKind.TIMEOUT: "timed out",
    FailureKind.RESET: "connection reset",
    FailureKind.PROTOCOL: "not valid HTTP",
    FailureKind.TOO_LARGE: "response too large",
    FailureKind.ENCODING: "response not decodable",
    FailureKind.REDIRECT: "redirect not followed",
    FailureKind.BLOCKED: "address blocked",
    FailureKind.ASSERTION: "expectation not met",
    FailureKind.MISSED: "run missed",
    FailureKind.INTERRUPTED: "run interrupted",
    FailureKind.NOT_RUNNING: "probe was not running",
    FailureKind.LOST: "the result was lost before it could be stored",
    FailureKind.PROXY: "the proxy failed",
    FailureKind.PROBER_FAULT: "a fault of probe itself",
}

# Controls draw nothing, and bidirectional ones reorder what stands around them; surrogates can't be encoded.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
_UNITS: Final = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s"))
_LENGTHS: Final = ((HOUR, "hour"), (MINUTE, "minute"), (SECOND, "second"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment, in UTC for machines (`iso`) and in the site's zone for people (`text`)."""

    iso: str
    text: str


def moment(at: Micros, zone: tzinfo) -> Moment:
    """To the minute, with the zone's abbreviation: `20 Nov 2026, 13:37 CET`."""
    local = to_datetime(at).astimezone(zone)
    return Moment(
        iso=to_iso(at - at % SECOND),
        text=f"{day_text(local.date())} {local.year}, {local:%H:%M} {_abbreviation(local.tzname())}",
    )


def exact_moment(at: Micros, zone: tzinfo) -> Moment:
    """To the second: `20 Nov 2026, 13:37:05 CET`."""
    local = to_datetime(at).astimezone(zone)
    return Moment(
        iso=to_iso(at),
        text=f"{day_text(local.date())} {local.year}, {local:%H:%M:%S} {_abbreviation(local.tzname())}",
    )


@lru_cache(maxsize=4096)
def clock_text(at: Micros, zone: tzinfo) -> str:
    """The time of day, `13:37`; with its seconds where it has any, `13:37:20`."""
    local = to_datetime(at).astimezone(zone)
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


@lru_cache(maxsize=512)
def day_text(day: date) -> str:
    """`20 Nov`."""
    return f"{day.day} {day:%b}"


def latency_text(value: float | None) -> str:
    """Microseconds in three digits at most: `850 µs`, `4.2 ms`, `123 ms`, `1.24 s`."""
    if value is None:
        return NOTHING
    if value < MILLISECOND:
        return f"{value:.0f} µs"
    if value < 9_950:
        return f"{value / MILLISECOND:.1f} ms"
    if value < 999_500:
        return f"{value / MILLISECOND:.0f} ms"
    return f"{value / SECOND:.2f} s" if value < 9_995_000 else f"{value / SECOND:.1f} s"


def duration_text(value: Micros) -> str:
    """In the two largest units that matter, cut off: `45 s`, `3 h 12 min`, `2 d`."""
    for index, (size, unit) in enumerate(_UNITS):
        if value >= size:
            whole, rest = divmod(value, size)
            smaller, name = _UNITS[min(index + 1, len(_UNITS) - 1)]
            second = rest // smaller
            return f"{whole} {unit} {second} {name}" if second else f"{whole} {unit}"
    return "0 s" if value <= 0 else "less than 1 s"


def length_text(value: Micros) -> str:
    """A round length in one unit, hours at most: `24 hours`, `1 minute`, `20 seconds`."""
    size, name = next((size, name) for size, name in _LENGTHS if value % size == 0)
    return plural(value // size, name)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 run`, `1,234 runs`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def visible(text: str) -> str:
    """The text with every character that hides, or rearranges its neighbours, replaced by its name."""
    return text if text.isprintable() else _UNSEEN.sub(_name, text)


def _name(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else f"[U+{code:04X}]"


def _abbreviation(name: str | None) -> str:
    """Zones without a name of their own are called by their offset alone."""
    return f"UTC{name}" if name and name[0] in "+-" else name or ""
