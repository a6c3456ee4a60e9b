"""How mails word moments, lengths and levels, and cut what is too long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from probe.channels.email.view import Link, Tone
from probe.model.notification import Entry, Message, Occasion
from probe.model.result import State
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE, Micros, to_datetime
from probe.model.words import clock_text, day_text, duration_text, exact_moment, visible

NAME: Final = 160
SENTENCE: Final = 500
TEXT: Final = 2_000
_URL: Final = 2_000

LEVEL_TONES: Final = {AlertLevel.CRITICAL: Tone.CRITICAL, AlertLevel.WARNING: Tone.WARNING, AlertLevel.INFO: Tone.INFO}
STATE_TONES: Final = {
    State.UP: Tone.OVER,
    State.DEGRADED: Tone.WARNING,
    State.DOWN: Tone.CRITICAL,
    State.UNKNOWN: Tone.UNKNOWN,
}
MARKS: Final = {Tone.CRITICAL: "✕", Tone.WARNING: "▲", Tone.INFO: "◆", Tone.OVER: "✓", Tone.UNKNOWN: "?"}
"""Beside each colour a shape. None of them is an emoji, which phones would draw as they like."""

OVER: Final = "OVER"


def line(text: str, longest: int = SENTENCE) -> str:
    """One line of it, cut, with every hidden character named."""
    return cut(visible(" ".join(text[: 4 * longest].split())), longest)


def lines(text: str, longest: int = TEXT) -> str:
    """The same with its own line breaks."""
    return cut("\n".join(visible(each.rstrip()) for each in text[: 4 * longest].strip().splitlines()), longest)


def cut(text: str, longest: int) -> str:
    """At most so many characters of it."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def link(title: str, url: str) -> Link | None:
    """A link to follow; `None` for what leads nowhere on the web, or into a script."""
    try:
        is_web = urlsplit(url).scheme in {"http", "https"} and len(url) <= _URL and url.isprintable()
    except ValueError:
        return None
    return Link(title=line(title, NAME), url=url) if is_web and " " not in url else None


def links(found: Iterable[tuple[str, str]]) -> tuple[Link, ...]:
    """Those of them that can be followed."""
    return tuple(made for title, url in found if (made := link(title, url)))


@lru_cache(maxsize=16)
def zone_of(name: str) -> tzinfo:
    """UTC for a zone that this machine doesn't know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def when(at: Micros, zone: tzinfo) -> str:
    """`20 Nov 2026, 13:37:05 CET`."""
    return exact_moment(at, zone).text


def when_of(entry: Entry, message: Message) -> str:
    """Since when it has been so, and for how long; or from when to when it was."""
    zone, lasted = zone_of(message.zone), _lasted(entry, message)
    if entry.is_firing:
        return f"since {when(entry.since, zone)}, for {lasted}"
    return f"lasted {lasted}, from {when(entry.since, zone)} to {when(_end(entry, message), zone)}"


def when_in_short(entry: Entry, message: Message) -> str:
    """The same where the year and the zone are told elsewhere: `since 20 Oct, 13:21, for 16 min`."""
    local = to_datetime(entry.since).astimezone(zone_of(message.zone))
    began, lasted = (
        f"{day_text(local.date())}, {clock_text(entry.since, zone_of(message.zone))}",
        _lasted(entry, message),
    )
    return f"since {began}, for {lasted}" if entry.is_firing else f"lasted {lasted}, from {began}"


def _lasted(entry: Entry, message: Message) -> str:
    is_all = _end(entry, message) - entry.since - entry.lasted < MINUTE
    return duration_text(entry.lasted) + ("" if is_all else " without maintenance")


def _end(entry: Entry, message: Message) -> Micros:
    return message.at if entry.resolved_at is None else entry.resolved_at


def tone_of(entry: Entry) -> Tone:
    """By its level, unless it is over."""
    return LEVEL_TONES[entry.level] if entry.is_firing else Tone.OVER


def tone_of_message(message: Message) -> Tone:
    """By its level, unless all of it is over, or nothing of it is true."""
    if message.occasion is Occasion.RESOLVED:
        return Tone.OVER
    return Tone.INFO if message.occasion is Occasion.TEST else LEVEL_TONES[message.level]
