"""Which period is meant, as several commands ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.cli.options import duration
from probe.model.errors import ConfigurationError
from probe.model.units import DAY, SECOND, Micros
from probe.slo.periods import Period, parse_moment, parse_month, parse_quarter

DEFAULT: Final = "30d"

LONGEST: Final[Micros] = 36_500 * DAY
"""As far back as a retention may reach; the calendar goes no further than year 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPeriod:
    """The options as they were given; `None` is one that wasn't."""

    start: str | None = None
    end: str | None = None
    last: str | None = None
    month: str | None = None
    quarter: str | None = None

    def read(self, *, now: Micros, zone: tzinfo) -> Period:
        """The period, which ends now at the latest.

        Raises:
            ConfigurationError: an option can't be read, or they contradict each other.
        """
        given = (self.start or self.end, self.last, self.month, self.quarter)
        if sum(option is not None for option in given) > 1:
            raise ConfigurationError("--from with --to, --last, --month and --quarter each name a period: give one")
        now -= now % SECOND
        start, end = self._read(now, zone)
        if start >= end:
            raise ConfigurationError("the period ends before it begins: --to is the first moment after it")
        if start >= now:
            raise ConfigurationError("the period lies in the future")
        return Period(start, min(end, now))

    def _read(self, now: Micros, zone: tzinfo) -> Period:
        option = "--month"
        try:
            if self.month is not None:
                return parse_month(self.month, zone=zone)
            option = "--quarter"
            if self.quarter is not None:
                return parse_quarter(self.quarter, zone=zone)
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
