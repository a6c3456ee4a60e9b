"""Service levels for other programs, and as a report for a customer."""

from probe.report.sla.figures import contract, figures_table

__all__ = ["contract", "figures_table"]
