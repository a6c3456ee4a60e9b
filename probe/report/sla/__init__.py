"""Service levels for other programs, and as a report for a customer."""

from probe.report.sla.comparing import Difference, differences, leaves
from probe.report.sla.contents import Maintained, SlaReport, Told
from probe.report.sla.document import SEAL, Document, document_of, json_text, seal
from probe.report.sla.figures import contract, figures_table
from probe.report.sla.findings import Finding, FindingKind, Verification
from probe.report.sla.inputs import api_json, check_json, maintained_json, rules_json
from probe.report.sla.node import Malformed, Node
from probe.report.sla.page import page_of
from probe.report.sla.reading import Handed, Inputs, inputs_of, read
from probe.report.sla.standings import standings_contract, standings_table
from probe.report.sla.writing import file_name, files_of

__all__ = [
    "SEAL",
    "Difference",
    "Document",
    "Finding",
    "FindingKind",
    "Handed",
    "Inputs",
    "Maintained",
    "Malformed",
    "Node",
    "SlaReport",
    "Told",
    "Verification",
    "api_json",
    "check_json",
    "contract",
    "differences",
    "document_of",
    "figures_table",
    "file_name",
    "files_of",
    "inputs_of",
    "json_text",
    "leaves",
    "maintained_json",
    "page_of",
    "read",
    "rules_json",
    "seal",
    "standings_contract",
    "standings_table",
]
