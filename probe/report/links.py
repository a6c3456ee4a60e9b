"""Where in the site a thing is told of, for those who link to it from elsewhere."""

from __future__ import annotations

from probe.model.units import SECOND, Micros, to_datetime


def check_href(check: str) -> str:
    """Of a check's page, from the site's top."""
    return f"checks/{check}.html"


def api_href(api: str) -> str:
    """Of an API's page."""
    return f"apis/{api}.html"


def incident_anchor(start: Micros) -> str:
    """By which a page knows an incident: its start to the second, `incident-20261120T100000Z`."""
    return f"incident-{to_datetime(start - start % SECOND):%Y%m%dT%H%M%SZ}"
