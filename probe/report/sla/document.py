"""A report as JSON: the figures of `probe sla`, and all that is needed to compute them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Final, TypeAlias

from probe.model.incident import Annotation
from probe.model.maintenance import MaintenanceChange
from probe.model.ndjson import Json
from probe.model.units import to_iso
from probe.report.sla.contents import SlaReport, Told
from probe.report.sla.figures import contract, seconds
from probe.report.sla.formulas import formulas
from probe.report.sla.inputs import api_json, check_json, maintained_json, rules_json, scope_json
from probe.report.words import FAILURE_WORDS, percent_text
from probe.slo.availability import SUFFICIENT
from probe.slo.digest import ALGORITHM, ResultsDigest, digest_of_all
from probe.slo.service_level import ServiceLevel

FORMAT: Final = "probe-sla-report/1"
SEAL: Final = "seal"
SEALED: Final = "SHA-256 of this object without its seal, as JSON with sorted keys, without blanks, and every character beyond ASCII escaped"

Document: TypeAlias = dict[str, Json]


def document_of(report: SlaReport) -> Document:
    """All of it; `seal` shows whether anything in it was changed afterwards."""
    assessed = report.assessed
    told: Document = {
        "format": FORMAT,
        "made_at": to_iso(report.made_at),
        "probe_version": report.version,
        "title": report.title,
        "location": report.location,
        "simulated_until": None if report.simulated_until is None else to_iso(report.simulated_until),
        "sla": contract(assessed, timezone=report.timezone),
        "rules": {**rules_json(assessed.rules), "formulas": dict(formulas(assessed.rules))},
        "configuration": {
            "file": report.file,
            "sha256": report.file_digest,
            "checks": [check_json(facts) for facts in report.checks],
            "apis": [api_json(api) for api in report.apis],
        },
        "maintenance": {
            "since": to_iso(report.since),
            "windows": [maintained_json(each) for each in report.maintenance],
            "declared_afterwards": [_change(each) for each in report.changes],
        },
        "incidents": {
            "checks": list(_incidents(report, "check", assessed.checks)),
            "apis": list(_incidents(report, "api", assessed.apis)),
        },
        "coverage": [*_coverage("check", assessed.checks), *_coverage("api", assessed.apis)],
        "results": _results(report),
    }
    return {**told, SEAL: {"sha256": seal(told), "algorithm": SEALED}}


def seal(document: Document) -> str:
    """What shows whether anything was changed afterwards, unless somebody sealed it anew."""
    rest = {name: value for name, value in document.items() if name != SEAL}
    return sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def json_text(document: Document) -> str:
    """As it stands in the file."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _results(report: SlaReport) -> Json:
    exact = {level.id: level.responses.is_exact for level in report.assessed.checks if level.responses}
    return {
        "digest": digest_of_all(report.digests),
        "algorithm": ALGORITHM,
        "checks": {id_: _digest(digest, exact.get(id_)) for id_, digest in report.digests.items()},
    }


def _digest(digest: ResultsDigest, is_exact: bool | None) -> dict[str, Json]:
    """`latency_is_exact` says whether percentiles came from single results; null where nothing answered."""
    return {
        "digest": digest.digest,
        "slots": digest.slots,
        "first": None if digest.first is None else to_iso(digest.first),
        "last": None if digest.last is None else to_iso(digest.last),
        "latency_is_exact": is_exact,
    }


def _incidents(report: SlaReport, kind: str, levels: Iterable[ServiceLevel]) -> Iterator[Json]:
    for level in levels:
        if incidents := report.incidents.get(level.id):
            yield {kind: level.id, "incidents": [_incident(each) for each in incidents]}


def _incident(told: Told) -> dict[str, Json]:
    incident = told.incident
    return {
        "start": to_iso(incident.start),
        "detected": to_iso(incident.detected),
        "end": None if incident.end is None else to_iso(incident.end),
        "seconds": seconds(told.lasted),
        "cause": incident.cause.value if incident.cause else None,
        "cause_text": FAILURE_WORDS[incident.cause] if incident.cause else None,
        "flapping": incident.is_flapping,
        "outages": [
            {
                "start": to_iso(outage.start),
                "end": None if outage.end is None else to_iso(outage.end),
                "down_slots": outage.slots,
            }
            for outage in incident.outages
        ],
        "notes": [_annotation(each) for each in told.annotations],
    }


def _annotation(annotation: Annotation) -> Json:
    return {
        "kind": annotation.kind.value,
        "at": to_iso(annotation.made_at),
        "by": annotation.author,
        "text": annotation.text,
    }


def _change(change: MaintenanceChange) -> Json:
    return {
        "at": to_iso(change.at),
        "by": change.author,
        "action": change.action.value,
        "name": change.window.name,
        "id": change.window.id or None,
        "on": scope_json(change.window.scope),
        "affects_from": None if change.affects is None else to_iso(change.affects),
    }


def _coverage(kind: str, levels: Iterable[ServiceLevel]) -> Iterator[Json]:
    """What a reader must know to judge a figure."""
    for level in levels:
        known, total = level.time.known, level.time.total
        if not known:
            yield {kind: level.id, "remark": "nothing is known of this period"}
        elif known < total * SUFFICIENT:
            yield {
                kind: level.id,
                "remark": f"only {percent_text(known, total)} of the time is known: not enough to judge by",
            }
