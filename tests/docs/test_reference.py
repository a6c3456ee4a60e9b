"""The YAML reference says what the code does: its keys, defaults, limits, subjects and operators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from probe.assertions.decoding import MAX_JSON_VALUES
from probe.assertions.json_value import TYPES
from probe.assertions.metered import MAX_VISITS
from probe.assertions.paths import MAX_PATH
from probe.assertions.registry import SUBJECTS, AnySubject
from probe.config.build import LARGEST_BODY
from probe.config.connection import LONGEST_TTL
from probe.config.document import MAX_BYTES, MAX_DEPTH
from probe.config.load import loads
from probe.config.objectives import LONGEST_WINDOW
from probe.config.references import MAX_SECRET_BYTES
from probe.config.schema import json_schema
from probe.config.sections import MOST_NETWORKS, MOST_SERVERS, MOST_TARGETS
from probe.config.service import DEFAULT_WINDOW, LARGEST_MINIMUM, MOST_OBJECTIVES, MOST_PAIRS
from probe.config.sla import LONGEST_GAP
from probe.config.windows import MOST_WINDOWS
from probe.model.check import Check, Operator
from probe.model.result import State
from probe.model.sample import PHASES
from probe.model.settings import Settings
from probe.model.sla import BURN_WINDOWS, DEFAULT_MIN_BAD_SAMPLES
from probe.model.units import SECOND, format_duration, format_percentage, parse_size
from probe.probers.pool import LONGEST_REST
from tests.docs.pages import ROOT, blocks, first_column, flat, prose, read, rows, section, spans

PAGE = read("docs/yaml.md")
TABLES_OF_KEYS = (
    "The file", "An API", "A check", "What checks inherit", "How the connection is made", "Authentication",
    "Which addresses are allowed", "Service levels", "How availability is counted", "Maintenance windows", "The report",
    "How long results are kept",
)  # fmt: skip
TABLES_OF_ALERTS = ("Channels", "Webhooks", "Alert rules", "Notifications", "The heartbeat")


def keys_of(schema: object) -> Iterator[str]:
    """Every key that the schema knows."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from keys_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys_of(value)


def settings(checks: str = "home: {get: https://shop.example.com/}") -> Settings:
    text = f"version: 1\ncontrol: {{targets: [https://example.com/]}}\napis:\n  shop:\n    checks:\n      {checks}\n"
    return loads(text.encode(), file="checks.yaml", environment={}, folder=Path("/etc"))


def default(key: str) -> str:
    found = [row[2] for heading in TABLES_OF_KEYS for row in rows(PAGE, heading) if f"`{key}`" in row[0]]
    assert len(found) == 1, key
    return found[0]


def test_every_key_of_the_schema_is_named() -> None:
    named = {part for span in spans(prose(PAGE)) for part in span.replace(":", "").split(".")}
    assert set(keys_of(json_schema())) - named == set()


def test_every_key_in_a_table_exists() -> None:
    known = {*keys_of(json_schema()), "x-…"}
    told = [
        part
        for heading in (*TABLES_OF_KEYS, *TABLES_OF_ALERTS)
        for span in first_column(PAGE, heading)
        for part in span.split(".")
    ]
    assert [key for key in told if key not in known] == []


def check_defaults(check: Check) -> dict[str, str]:
    request, connection = check.request, check.request.connection
    return {
        "interval": format_duration(check.interval),
        "timeout": format_duration(check.timeout),
        "confirm.retries": str(check.confirm.retries),
        "confirm.after": format_duration(check.confirm.after),
        "confirm.runs": str(check.confirm.runs),
        "confirm.recoveries": str(check.confirm.recoveries),
        "redirects": str(request.max_redirects),
        "max_body": f"{request.max_body // 2**20}MiB",
        "connection": "reuse" if connection.reuse else "new",
        "http": "2" if connection.http2 else "1.1",
        "proxy": str(connection.proxy).lower(),
        "unix_socket": str(connection.unix_socket).lower(),
        "dns.ttl": format_duration(connection.dns.ttl),
        "dns.timeout": format_duration(connection.dns.timeout),
        "dns.family": connection.dns.family,
        "tls.verify": str(connection.tls.verify).lower(),
        "tls.min_version": connection.tls.min_version,
        "expect": check.expectations[0].text,
    }


def age(value: int | None) -> str:
    return "forever" if value is None else format_duration(value)


def file_defaults(found: Settings) -> dict[str, str]:
    return {
        "store": found.store.reveal().replace("/etc/", ""),
        "timezone": found.timezone,
        "location": found.location,
        "directory": Path(found.report.directory).name,
        "every": format_duration(found.report.every),
        "title": found.report.title,
        "max_per_host": str(found.max_per_host),
        "deny_private": str(found.addresses.deny_private).lower(),
        "group": found.apis[0].group.kind,
        "sla.method": found.sla.method,
        "sla.slice": format_duration(found.sla.slice),
        "sla.slice_target": format_percentage(found.sla.slice_target),
        "sla.unknown": found.sla.unknown,
        "sla.maintenance": found.sla.maintenance,
        "raw": age(found.retention.raw),
        "hour": age(found.retention.hour),
        "day": age(found.retention.day),
        "evidence": age(found.retention.evidence),
        "spool.limit": f"{found.spool.limit // 2**30}GiB" if found.spool else "",
        "control.timeout": format_duration(found.control.timeout) if found.control else "",
        "control.every": format_duration(found.control.every) if found.control else "",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [*check_defaults(settings().checks[0]).items(), *file_defaults(settings()).items()],
)
def test_a_default_is_the_one_of_the_code(key: str, value: str) -> None:
    assert default(key).startswith(f"`{value}`")


def test_short_intervals_have_the_shorter_defaults_that_are_told() -> None:
    check = settings("home: {get: https://shop.example.com/, interval: 8s}").checks[0]
    assert (check.timeout, check.confirm.after) == (4 * SECOND, SECOND * 8 // 10)
    assert check.request.connection.dns.timeout == check.timeout
    assert default("timeout").endswith("half the interval if that is less")
    assert default("dns.timeout").endswith("or `timeout` if that is less")
    assert default("confirm.after").endswith("a tenth of the interval if that is less")


@pytest.mark.parametrize(
    "phrase",
    [
        f"at most {MAX_PATH} characters",
        f"more than {MAX_JSON_VALUES:,} JSON values",
        f"more than {MAX_VISITS:,} values",
        f"up to {MAX_SECRET_BYTES // 1024} KiB",
        f"At most {MAX_BYTES // 2**20} MiB, {MAX_DEPTH} levels",
        f"duration, up to `{format_duration(LONGEST_TTL)}`",
        f"after {LONGEST_REST / 60:.0f} minutes without use",
        f"list of up to {MOST_SERVERS} addresses",
        f"list of up to {MOST_NETWORKS} networks",
        f"list of 1 to {MOST_TARGETS} URLs",
        f"a list of up to {MOST_OBJECTIVES}",
        f"list of up to {MOST_PAIRS} pairs of windows",
        f"list of up to {MOST_WINDOWS} windows",
        f"whole number, 1 to {LARGEST_MINIMUM} | `{DEFAULT_MIN_BAD_SAMPLES}`",
        f"`1h` to `{format_duration(LONGEST_WINDOW)}`",
        f"`1s` to `{format_duration(LONGEST_GAP)}`",
        f"`quarter`, `year` | `{format_duration(DEFAULT_WINDOW)}`",
        f"up to `{LARGEST_BODY // 2**20}MiB`",
    ],
)
def test_a_limit_is_the_one_of_the_code(phrase: str) -> None:
    assert phrase in flat(PAGE)


def told_operators(cell: str) -> set[str]:
    """What a cell of the table of subjects names, directly or as a group."""
    if cell == "all of them":
        return set(Operator)
    sentence = flat(PAGE).partition("Those of text are ")[2].partition(". ")[0]
    group = spans(sentence) if "those of text" in cell else []
    return {*spans(cell), *group}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=lambda subject: subject.name)
def test_every_subject_is_told_with_its_operators(subject: AnySubject) -> None:
    found = [row for row in rows(PAGE, "Subjects") if spans(row[0])[0].split()[0].removesuffix(".NAME") == subject.name]
    assert len(found) == 1
    assert told_operators(found[0][2]) == set(subject.operators)
    assert not subject.operand or subject.operand.field in spans(section(PAGE, "Expectations"))


def test_no_subject_is_told_that_is_none() -> None:
    assert len(rows(PAGE, "Subjects")) == len(SUBJECTS)


def test_every_operator_is_told_once() -> None:
    assert sorted(first_column(PAGE, "Operators")) == sorted(Operator)
    assert set(TYPES) <= set(spans(section(PAGE, "Operators")))


def test_every_phase_and_state_is_told() -> None:
    assert first_column(PAGE, "Phases") == list(PHASES)
    assert set(first_column(PAGE, "What a check comes to")) == set(State)


@pytest.mark.parametrize("size", ["1KB", "1kib", "1MB", "1MiB", "1GB", "1GiB", "1B"])
def test_sizes_have_the_units_that_are_told(size: str) -> None:
    assert parse_size(size) > 0
    assert size[1:].lower() in PAGE.lower()


def test_the_burn_windows_that_are_told_are_those_of_the_code() -> None:
    example = next(block for block in blocks(ROOT / "docs/yaml.md", "yaml") if block.text.startswith("slo:"))
    indented = "".join(f"    {line}\n" for line in example.text.splitlines())
    text = f"version: 1\napis:\n  shop:\n{indented}    checks: {{home: {{get: https://shop.example.com/}}}}\n"
    found = loads(text.encode(), file="checks.yaml", environment={}, folder=Path("/etc"))
    assert found.apis[0].objectives[0].burn == BURN_WINDOWS
