"""The service level reports that are there without anybody asking: this month's so far, and the last one's."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from probe.model.ndjson import Json
from probe.model.units import HOUR, Micros, from_iso, to_datetime
from probe.report import ReportLink, write_files
from probe.report.sla import Document, document_of, file_name, files_of
from probe.runtime.sla_report import SlaReportJob, sla_report
from probe.slo.periods import Period, parse_month
from probe.store import Store

FOLDER: Final = "sla"
"""Below that of the site."""

EVERY: Final[Micros] = HOUR
"""How often they are made again."""

_MADE_AT: Final = re.compile(r'"made_at": "([^"]{1,40})"')
_HEAD: Final = 1_000
_DECIDING: Final = ("format", "title", "location", "rules", "maintenance", "incidents")
"""What of a report is another where any figure is, but for percentiles that are not as exact any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Where the reports are, and whether they are to be made however young they are."""

    directory: Path
    is_asked: bool

    def write(self, job: SlaReportJob, store: Store) -> tuple[ReportLink, ...]:
        """Brings them up to date, where it is time for that; those that are there then, the newest first.

        Raises:
            StoreError: the store can't be read.
            ConfigurationError: the folder can't be written.
        """
        months = _months(job.sla.now, job.sla.zone)
        if self.is_asked or self._is_due(job, months[0]):
            for month in months:
                self._make(job.of_period(month), month, store)
        names = [(month, file_name(month, job.sla.zone)) for month in months]
        return tuple(
            ReportLink(called=_called(month, job), href=f"{FOLDER}/{name}.html")
            for month, name in names
            if (self._folder / f"{name}.html").is_file()
        )

    @property
    def _folder(self) -> Path:
        return self.directory / FOLDER

    def _is_due(self, job: SlaReportJob, month: Period) -> bool:
        """By what the file says of itself; one that says nothing is due."""
        with suppress(OSError, ValueError, LookupError):
            with (self._folder / f"{file_name(month, job.sla.zone)}.json").open(encoding="utf-8") as file:
                found = _MADE_AT.search(file.read(_HEAD))
            return not found or not 0 <= job.sla.now - from_iso(found[1]) < EVERY
        return True

    def _make(self, job: SlaReportJob, month: Period, store: Store) -> None:
        report = sla_report(job, store)
        if not any(digest.slots for digest in report.digests.values()):
            return
        name = file_name(month, job.sla.zone)
        is_over = month.end <= job.sla.now
        if not (is_over and _decides(self._stored(name)) == _decides(document_of(report))):
            write_files(self._folder, files_of(report, name))

    def _stored(self, name: str) -> Json:
        with suppress(OSError, ValueError, RecursionError):
            read: Json = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
            return read
        return None


def _decides(document: Document | Json) -> Json:
    """What figures follow from: where it is the same, a report needs not be made again."""
    if not isinstance(document, dict):
        return None
    configuration, results = document.get("configuration"), document.get("results")
    if not isinstance(configuration, dict) or not isinstance(results, dict):
        return None
    return {
        **{name: document.get(name) for name in _DECIDING},
        "checks": configuration.get("checks"),
        "apis": configuration.get("apis"),
        "results": results.get("digest"),
    }


def _months(now: Micros, zone: ZoneInfo) -> tuple[Period, Period]:
    """This one, and the one before."""
    today = to_datetime(now).astimezone(zone).date()
    before = date(today.year, today.month, 1) - timedelta(days=1)
    return parse_month(f"{today:%Y-%m}", zone), parse_month(f"{before:%Y-%m}", zone)


def _called(month: Period, job: SlaReportJob) -> str:
    named = f"{to_datetime(month.start).astimezone(job.sla.zone):%B %Y}"
    return named if month.end <= job.sla.now else f"{named} to date"
