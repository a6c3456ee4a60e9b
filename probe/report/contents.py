"""Which pages a site has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from probe.report.alerts import ALERTS, AlertsPage, alerts_page
from probe.report.details import ApiPage, CheckPage, api_page, check_page
from probe.report.group import api_group
from probe.report.overview import Overview, overview
from probe.report.site import Site

View: TypeAlias = Overview | ApiPage | CheckPage | AlertsPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page before it is rendered.

    Attributes:
        path: below the site's top, with forward slashes.
        template: the file that shows `view`.
    """

    path: str
    template: str
    view: View


def pages(site: Site) -> tuple[Page, ...]:
    """Every page: the overview, the alerts where anybody is told of any, one an API, one a check. Pure: the site's `now` is the only now."""
    zone = ZoneInfo(site.timezone)
    groups = [api_group(api, now=site.now, zone=zone) for api in site.apis]
    found = [Page(path="index.html", template="overview.html", view=overview(site, groups, zone))]
    if site.alerts is not None:
        found.append(Page(path=ALERTS, template="alerts.html", view=alerts_page(site, site.alerts, zone)))
    for api, group in zip(site.apis, groups, strict=True):
        found.append(Page(path=group.href, template="api.html", view=api_page(site, api, group, zone)))
        found += [
            Page(path=row.href, template="check.html", view=check_page(site, api, check, row, zone))
            for check, row in zip(api.checks, group.checks, strict=True)
        ]
    return tuple(found)
