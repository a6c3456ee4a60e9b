"""Which checks a window is about, and when, as the options say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from probe.cli.options import duration
from probe.cli.selection import label_of, look_up
from probe.config.zones import why_no_zone
from probe.model.check import api_of
from probe.model.errors import ConfigurationError
from probe.model.maintenance import Once, Recurring, Schedule, Scope
from probe.model.settings import Settings
from probe.model.units import SECOND, Micros, to_datetime
from probe.runtime.clock import SystemClock
from probe.slo.periods import parse_moment
from probe.slo.schedules import parse_days_of_month, parse_times, parse_weekdays

_Days = TypeVar("_Days")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedScope:
    """The options as they were given."""

    is_all: bool = False
    checks: Sequence[str] = ()
    apis: Sequence[str] = ()
    labels: Sequence[str] = ()

    def read(self, settings: Settings, stored: Sequence[str]) -> Scope:
        """The scope, that some check of the file or of the store is in.

        Raises:
            ConfigurationError: nothing is named, something is nowhere, or no check fits all of it.
        """
        if self.is_all is bool(self.checks or self.apis or self.labels):
            raise ConfigurationError("say which checks: --all, or --check, --api and --label")
        labels = {**dict.fromkeys(stored, ()), **{check.id: check.labels for check in settings.checks}}
        look_up("check", self.checks, labels)
        look_up("API", self.apis, {api_of(check) for check in labels})
        pairs = tuple(map(label_of, self.labels))
        look_up("label", self.labels, {f"{key}={text}" for each in labels.values() for key, text in each})
        scope = Scope(checks=tuple(self.checks), apis=tuple(self.apis), labels=pairs)
        if not any(scope.holds(check, its) for check, its in labels.items()):
            raise ConfigurationError("no check fits all of that: each of --check, --api and --label narrows it down")
        return scope


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTimes:
    """The options as they were given; `None` is one that wasn't."""

    start: str | None = None
    end: str | None = None
    length: str | None = None
    daily: Sequence[str] = ()
    weekly: Sequence[str] = ()
    monthly: Sequence[str] = ()
    timezone: str | None = None

    def read(self, *, now: Micros, zone: str) -> tuple[Schedule, Once]:
        """When it is, and between which moments; `zone` is that of the file.

        Raises:
            ConfigurationError: an option can't be read, or they contradict each other.
        """
        zone = zone if self.timezone is None else self.timezone
        if reason := why_no_zone(zone):
            raise ConfigurationError(f"--timezone: {reason}")
        span = self._span(now, ZoneInfo(zone))
        return tuple(self._rules(zone)) or span, span

    def _span(self, now: Micros, zone: ZoneInfo) -> Once:
        if self.end is not None and self.length is not None:
            raise ConfigurationError("--to and --for each say when it ends: give one")
        start = now if self.start is None else moment("--from", self.start, zone)
        end = None if self.end is None else moment("--to", self.end, zone)
        if self.length is not None:
            end = _later(start, duration("--for", self.length))
        if end is not None and end <= start:
            raise ConfigurationError(
                "it ends before it begins: --to is the first moment after it, and --from is now unless given"
            )
        return Once(start=start, end=end)

    def _rules(self, zone: str) -> Iterator[Recurring]:
        for text in self.daily:
            yield Recurring(zone=zone, times=(_read("--daily", parse_times, text),))
        for text in self.weekly:
            weekdays, times = _days_and_times("--weekly", parse_weekdays, text, "sun 02:00-04:00")
            yield Recurring(zone=zone, times=times, weekdays=frozenset[int]().union(*weekdays))
        for text in self.monthly:
            days, times = _days_and_times("--monthly", parse_days_of_month, text, "1,-1 02:00-04:00")
            yield Recurring(zone=zone, times=times, days_of_month=tuple(days))


def this_second() -> Micros:
    """Now, as people write it."""
    now = SystemClock().now()
    return now - now % SECOND


def _later(start: Micros, length: Micros) -> Micros:
    try:
        to_datetime(start + length)
    except OverflowError:
        raise ConfigurationError("--for: the calendar ends before that") from None
    return start + length


def moment(option: str, text: str, zone: ZoneInfo) -> Micros:
    """A moment, or the midnight that a date begins with.

    Raises:
        ConfigurationError: it is neither.
    """
    try:
        return parse_moment(text, zone=zone)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from None


def _days_and_times(
    option: str, parse: Callable[[str], _Days], text: str, example: str
) -> tuple[list[_Days], tuple[tuple[int, int], ...]]:
    days, separator, times = text.strip().partition(" ")
    if not separator:
        raise ConfigurationError(f'{option} takes days and times, such as "{example}"; found "{text[:40]}"')
    return [_read(option, parse, day) for day in days.split(",")], (_read(option, parse_times, times.strip()),)


def _read(option: str, parse: Callable[[str], _Days], text: str) -> _Days:
    try:
        return parse(text)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from None
