"""Service levels for other programs, and as a report for a customer."""

from probe.report.sla.figures import contract, figures_table
from probe.report.sla.standings import standings_contract, standings_table

__all__ = ["contract", "figures_table", "standings_contract", "standings_table"]
