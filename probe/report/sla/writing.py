"""A report as files: the page, its data, and its figures for a spreadsheet."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import tzinfo
from typing import Final

from probe.model.units import to_datetime
from probe.report.export.separated import Separated
from probe.report.sla.contents import SlaReport
from probe.report.sla.document import Document, document_of, json_text
from probe.report.sla.figures import figures_table
from probe.report.sla.page import page_of
from probe.slo.periods import Period, parse_day, parse_month, parse_quarter, parse_week, parse_year

_CALENDAR: Final[tuple[tuple[str, Callable[[str, tzinfo], Period]], ...]] = (
    ("{0:%Y-%m-%d}", parse_day),
    ("{0:%G}-W{0:%V}", parse_week),
    ("{0:%Y-%m}", parse_month),
    ("{0:%Y}-Q{quarter}", parse_quarter),
    ("{0:%Y}", parse_year),
)
_MONTHS_OF_A_QUARTER: Final = 3


def files_of(report: SlaReport, name: str) -> dict[str, str]:
    """What to write, by the files' names."""
    document = document_of(report)
    return {**of_document(document, name), f"{name}.csv": _csv(report)}


def of_document(document: Document, name: str) -> dict[str, str]:
    """The page, and the data beside it."""
    return {f"{name}.html": page_of(document), f"{name}.json": json_text(document)}


def file_name(period: Period, zone: tzinfo) -> str:
    """`sla-2026-10` of a month, and so on; of a period without a name its two ends."""
    first = to_datetime(period.start).astimezone(zone)
    for form, parse in _CALENDAR:
        text = form.format(first, quarter=(first.month - 1) // _MONTHS_OF_A_QUARTER + 1)
        with suppress(ValueError):
            if parse(text, zone) == period:
                return f"sla-{text}"
    last = to_datetime(period.end).astimezone(zone)
    is_days = not any((at.hour, at.minute, at.second, at.microsecond) != (0, 0, 0, 0) for at in (first, last))
    form = "%Y-%m-%d" if is_days else "%Y-%m-%dT%H%M%S"
    return f"sla-{first:{form}}-to-{last:{form}}"


def _csv(report: SlaReport) -> str:
    table, file = figures_table(report.assessed, timezone=report.timezone), io.BytesIO()
    Separated(file, table).write(table, report.assessed)
    return file.getvalue().decode()
