"""Figures and results as tables, and tables as files for other programs."""

from probe.report.export.columns import AnyTable
from probe.report.export.files import Destination
from probe.report.export.formats import Format, Sink
from probe.report.export.tables import TABLES, Slice
from probe.report.export.whole import RESULTS

__all__ = ["RESULTS", "TABLES", "AnyTable", "Destination", "Format", "Sink", "Slice"]
