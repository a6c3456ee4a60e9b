"""A report that somebody hands in: bounded, and checked before anything is made of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn
from zoneinfo import ZoneInfo

from probe.model.check import Api, CheckFacts
from probe.model.errors import ConfigurationError
from probe.model.maintenance import MaintenanceWindow
from probe.model.sla import SlaRules
from probe.model.units import DAY, Micros
from probe.report.sla.document import FORMAT, Document
from probe.report.sla.inputs import api_of, check_of, maintained_of, period_of, rules_of
from probe.report.sla.node import Malformed, Node
from probe.slo.periods import Period

LARGEST: Final = 64 << 20
"""Bytes of a file; more than a report of ten thousand checks has."""

DATA_BEGINS: Final = '<script type="application/json" id="probe-sla-report">'
DATA_ENDS: Final = "</script>"
_LONGEST: Final[Micros] = 36_525 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A report as it was handed in.

    Attributes:
        text: all of the file; it is a page where `is_page`.
        document: the data in it.
    """

    text: str
    is_page: bool
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What a report says that it was computed by.

    Attributes:
        wanted, apis_told: of which checks and APIs it tells.
        since: from when on the windows of maintenance are told.
    """

    period: Period
    made_at: Micros
    timezone: str
    location: str
    title: str
    rules: SlaRules
    file: str
    file_digest: str
    checks: tuple[CheckFacts, ...]
    apis: tuple[Api, ...]
    wanted: tuple[str, ...]
    apis_told: tuple[str, ...]
    since: Micros
    windows: tuple[MaintenanceWindow, ...]


def read(path: Path) -> Handed:
    """The file, if it is a report.

    Raises:
        ConfigurationError: it isn't, is too large, or can't be read; the message says where.
    """
    if path.suffix.lower() == ".csv":
        raise ConfigurationError(
            f"{path}: a CSV file has the figures only; give the .json or .html file that lies beside it"
        )
    text = _text(path)
    is_page = text.lstrip()[:1] == "<"
    data, first = _data(path, text) if is_page else (text, 1)
    try:
        document = json.loads(data, object_pairs_hook=_unique, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        column = f":{error.colno}" if not is_page else ""
        raise ConfigurationError(f"{path}:{first + error.lineno - 1}{column}: this is not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigurationError(f"{path}: {why}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ConfigurationError(f'{path}: this is no SLA report: its "format" must be "{FORMAT}"')
    return Handed(text=text, is_page=is_page, document=document)


def inputs_of(document: Document) -> Inputs:
    """What it was computed by.

    Raises:
        Malformed: something is missing, or isn't as a report has it; the message says what, and where.
    """
    root = Node(document)
    sla, configuration, maintenance = root.inner("sla"), root.inner("configuration"), root.inner("maintenance")
    period = period_of(sla)
    if period.end - period.start > _LONGEST:
        raise Malformed("sla.to: that is more than a hundred years")
    made_at = root.moment("made_at")
    if made_at <= period.start:
        raise Malformed("made_at: the report was made before its period began")
    return Inputs(
        period=period,
        made_at=made_at,
        timezone=_zone(sla),
        location=root.text("location"),
        title=root.text("title"),
        rules=rules_of(root.inner("rules")),
        file=configuration.text("file"),
        file_digest=configuration.text("sha256"),
        checks=tuple(map(check_of, configuration.each("checks"))),
        apis=tuple(map(api_of, configuration.each("apis"))),
        wanted=tuple(node.text("check") for node in sla.each("checks")),
        apis_told=tuple(node.text("api") for node in sla.each("apis")),
        since=maintenance.moment("since"),
        windows=tuple(window for node in maintenance.each("windows") for window in maintained_of(node)),
    )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            read_ = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: this can't be read: {error.strerror}") from None
    if len(read_) > LARGEST:
        raise ConfigurationError(f"{path}: more than {LARGEST >> 20} MiB is no SLA report")
    try:
        return read_.decode()
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: byte {error.start} is not UTF-8: this is no SLA report") from None


def _data(path: Path, text: str) -> tuple[str, int]:
    """What a page carries with it, and the line that it begins in."""
    start = text.find(DATA_BEGINS)
    end = text.find(DATA_ENDS, start)
    if start < 0 or end < 0 or text.find(DATA_BEGINS, end) >= 0:
        raise ConfigurationError(f"{path}: this is no SLA report: it doesn't carry its data once")
    return text[start + len(DATA_BEGINS) : end], text.count("\n", 0, start) + 1


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        raise ValueError(f'"{counted.most_common(1)[0][0][:60]}" is there twice in one object')
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number in JSON")


def _zone(sla: Node) -> str:
    name = sla.text("timezone")
    try:
        ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        raise Malformed(f'sla.timezone: "{name[:60]}" is no time zone') from None
    return name
