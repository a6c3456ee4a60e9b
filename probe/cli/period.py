"""Which period is meant, as several commands ask for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.cli.options import duration
from probe.model.errors import ConfigurationError
from probe.model.units import DAY, SECOND, Micros
from probe.slo.periods import (
    EARLIEST,
    Period,
    parse_day,
    parse_moment,
    parse_month,
    parse_quarter,
    parse_week,
    parse_year,
)

DEFAULT: Final = "30d"

LONGEST: Final[Micros] = 36_500 * DAY
"""As far back as a retention may reach; the calendar goes no further than year 1."""


_PARSERS: Final[Mapping[str, Callable[[str, tzinfo], Period]]] = {
    "--day": parse_day,
    "--week": parse_week,
    "--month": parse_month,
    "--quarter": parse_quarter,
    "--year": parse_year,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPeriod:
    """The options as they were given; `None` is one that wasn't."""

    start: str | None = None
    end: str | None = None
    last: str | None = None
    day: str | None = None
    week: str | None = None
    month: str | None = None
    quarter: str | None = None
    year: str | None = None

    def read(self, *, now: Micros, zone: tzinfo) -> Period:
        """The part of the period that is over.

        Raises:
            ConfigurationError: an option can't be read, or they contradict each other.
        """
        start, end = self.whole(now=now, zone=zone)
        return Period(start, min(end, now - now % SECOND))

    def whole(self, *, now: Micros, zone: tzinfo) -> Period:
        """The period, which may end after now.

        Raises:
            ConfigurationError: an option can't be read, or they contradict each other.
        """
        given = [
            name for name, value in (("--from with --to", self.start or self.end), ("--last", self.last), *self._units())
            if value is not None
        ]  # fmt: skip
        if len(given) > 1:
            raise ConfigurationError(f"{' and '.join(given)} each name a period: give one")
        now -= now % SECOND
        start, end = self._read(now, zone)
        if start > now or start == now < end:
            raise ConfigurationError("the period lies in the future")
        if start < EARLIEST:
            raise ConfigurationError("the period begins before 1900, when nothing was measured")
        if start >= end:
            raise ConfigurationError("the period ends before it begins: --to is the first moment after it")
        return Period(start, end)

    def _units(self) -> tuple[tuple[str, str | None], ...]:
        values = (self.day, self.week, self.month, self.quarter, self.year)
        return tuple(zip(_PARSERS, values, strict=True))

    def _read(self, now: Micros, zone: tzinfo) -> Period:
        option = "--to"
        try:
            for option, value in self._units():
                if value is not None:
                    return _PARSERS[option](value, zone)
            option = "--to"
            end = now if self.end is None else parse_moment(self.end, zone=zone)
            option = "--from"
            if self.start is not None:
                return Period(parse_moment(self.start, zone=zone), end)
        except ValueError as error:
            raise ConfigurationError(f"{option}: {error}") from None
        if self.end is not None:
            raise ConfigurationError("--to needs --from")
        last = duration("--last", self.last or DEFAULT)
        if last > LONGEST:
            raise ConfigurationError(f"--last: must be at most {LONGEST // DAY}d")
        return Period(now - last, now)
