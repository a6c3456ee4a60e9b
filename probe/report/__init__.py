"""View models (pure), rendering and writing of the static site."""

from __future__ import annotations

from probe.report.contents import Page, pages
from probe.report.files import Written, check_writable, write, write_files
from probe.report.rendering import render
from probe.report.site import Ongoing, ProberFacts, ReportLink, Site, SiteAlerts, SiteApi, SiteCheck

__all__ = [
    "Ongoing",
    "Page",
    "ProberFacts",
    "ReportLink",
    "Site",
    "SiteAlerts",
    "SiteApi",
    "SiteCheck",
    "Written",
    "check_writable",
    "pages",
    "render",
    "write",
    "write_files",
]
