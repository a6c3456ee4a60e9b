"""The whole configuration, frozen."""

from __future__ import annotations

from dataclasses import dataclass

from probe.model.check import Api, Check
from probe.model.sensitive import Sensitive
from probe.model.units import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where /metrics, /healthz, /readyz and the reports are served."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """Where the site is written, how often, and what it is called."""

    directory: str
    every: Micros
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What one file says, with every default filled in and every secret resolved.

    Attributes:
        source: the file as the user named it.
        store: SQLAlchemy URL of the store; may hold a password.
        timezone: IANA name; the calendar of days in reports.
    """

    source: str
    store: Sensitive
    timezone: str
    location: str
    listen: Listen | None
    report: ReportSettings
    apis: tuple[Api, ...]
    checks: tuple[Check, ...]
