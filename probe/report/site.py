"""What a site is made of, as the publisher hands it over: plain frozen values, fit to be pickled to another process."""

from __future__ import annotations

from dataclasses import dataclass

from probe.model.check import Api, CheckFacts
from probe.model.result import Evidence
from probe.model.units import Micros
from probe.slo.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCheck:
    """A check with its last 90 days.

    Attributes:
        failures: why it was not up, newest first; at most 20 are worth handing over, and those with a transcript.
    """

    facts: CheckFacts
    history: History
    failures: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteApi:
    """An API with its checks, in the order in which they are shown."""

    api: Api
    checks: tuple[SiteCheck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything the pages show.

    Attributes:
        now: the moment of every "now" in the pages; the histories end there.
        timezone: IANA name; times are shown in it.
        simulated_until: results before it were made up for a demonstration; `None` when all were measured.
        notices: sentences for the overview, such as "orders/list does not verify TLS".
    """

    title: str
    now: Micros
    timezone: str
    version: str
    simulated_until: Micros | None = None
    notices: tuple[str, ...] = ()
    apis: tuple[SiteApi, ...]
