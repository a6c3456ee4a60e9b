"""Every example of a checks file loads, and the JSON Schema takes it; mistakes of shape it refuses too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from probe.config.document import Value, read_document
from probe.config.load import loads
from probe.config.schema import json_schema
from tests.docs.pages import PAGES, ROOT, Block, blocks, read

CONFIGS = ROOT / "tests" / "configs"
EXAMPLES = [block for page in PAGES for block in blocks(page, "yaml")]
GOOD = [file for folder in ("good", "warned") for file in sorted((CONFIGS / folder).glob("*.yaml"))]
WHOLE_FILES = [*GOOD, ROOT / "checks.yaml", ROOT / "docs/examples/checks.yaml"]
MISTAKES_OF_SHAPE = (
    "address-as-a-number", "address-by-name", "alert-all-of-nothing", "alert-condition-as-a-list",
    "alert-condition-in-words", "alert-condition-of-an-unknown-metric", "alert-condition-of-an-unknown-statistic",
    "alert-condition-with-a-single-equals", "alert-condition-without-a-statistic",
    "alert-condition-without-a-threshold", "alert-effective-as-text", "alert-effective-at-two-times",
    "alert-for-in-words", "alert-key-of-another-tool", "alert-level-of-another-tool", "alert-levels-of-nothing",
    "alert-name-not-a-slug", "alert-no-data-of-another-name", "alert-object-misspelt", "alert-object-of-nothing",
    "alert-remind-too-often", "alert-runbook-no-url", "alert-tells-nobody", "alert-with-level-and-levels",
    "alert-without-a-condition", "alerts-is-a-mapping", "apdex-without-a-unit", "api-key-not-a-slug", "api-key-nowhere",
    "api-without-checks", "apis-is-a-list", "channel-format-unknown", "channel-of-an-unknown-type",
    "channel-option-misspelt", "channel-secret-in-the-file", "check-is-text",
    "check-key-not-a-slug", "checks-is-a-list", "confirm-no-runs", "connection-unknown", "contact-no-url",
    "control-too-many-targets", "control-without-targets", "deny-private-as-text", "depends-on-as-text",
    "dns-family-unknown", "dns-server-as-a-number", "dns-server-by-name", "dns-too-many-servers", "duration-in-words",
    "duration-with-an-unknown-unit", "duration-without-a-unit", "empty-checks", "empty-value", "expect-not-a-list",
    "expect-number", "expect-object-without-subject", "expect-unknown-subject", "group-of-another-kind",
    "group-quorum-of-nobody", "header-name-with-a-space", "http-version-as-a-word", "http-version-unknown",
    "label-name-with-a-dash", "maintenance-at-two-times", "maintenance-is-a-mapping", "maintenance-of-nothing",
    "maintenance-on-a-word", "maintenance-window-misspelt", "maintenance-without-a-time", "maintenance-without-an-end",
    "max-per-host-zero", "method-without-url", "misspelt-auth", "misspelt-key", "misspelt-nested-key", "no-apis",
    "no-method", "no-version", "not-a-mapping", "proxy-of-socks", "proxy-without-a-scheme", "redirects-not-a-number",
    "reference-in-a-name", "retention-in-words", "retention-of-an-unknown-tier", "retries-as-text",
    "secret-in-the-file", "secret-not-inherited", "section-of-a-later-version", "size-without-a-unit",
    "sla-method-of-another-name", "sla-slice-target-as-a-ratio", "slo-as-a-list", "slo-as-a-number",
    "slo-availability-as-text", "slo-availability-with-a-limit", "slo-burn-budget-without-a-percent-sign",
    "slo-burn-of-another-level", "slo-latency-without-a-limit", "slo-method-of-another-name", "slo-name-not-a-slug",
    "slo-none-of-a-list", "slo-of-another-kind", "slo-target-as-a-ratio", "slo-target-in-words",
    "slo-target-without-a-percent-sign", "slo-too-few-bad-samples", "slo-window-of-another-calendar",
    "slo-without-a-target", "spool-size-without-a-unit", "spool-without-a-directory", "tls-key-under-another-name",
    "tls-server-name-not-ascii", "tls-server-name-with-a-port", "tls-version-too-old", "too-many-retries", "two-bodies",
    "two-kinds-of-auth", "two-methods", "unknown-top-level-key", "verify-as-text", "version-2",
    "word-of-another-tool-for-http-2",
)  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json_schema())


def completed(text: str) -> str:
    """A whole file: a list is taken as expectations, a piece as one check."""
    if re.search(r"^version:", text, re.MULTILINE):
        return text
    check = f"expect:\n{text}" if text.startswith("- ") else text
    if not re.search(r"^(get|post):", check, re.MULTILINE):
        check = f"get: /\n{check}"
    indented = "".join(f"        {line}\n" for line in check.splitlines())
    return f"version: 1\napis:\n  api:\n    base_url: https://api.example.com\n    checks:\n      check:\n{indented}"


def value_of(text: str) -> Value:
    value: Value = json.loads(json.dumps(read_document(text.encode(), file="checks.yaml").value))
    return value


def stand_in(variable: str) -> str:
    """What may stand in an environment variable of that name."""
    if variable.startswith("SMTP"):
        return "smtps://probe:secret@mail.example.com"
    if variable.endswith("_URL"):
        return "https://secret.example.com/hook"
    return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" if variable.endswith("_SECRET") else "e"


@pytest.mark.parametrize("block", EXAMPLES, ids=lambda block: block.name)
def test_an_example_loads_and_fits_the_schema(block: Block, schema: jsonschema_rs.Validator, tmp_path: Path) -> None:
    text = completed(block.text)
    schema.validate(value_of(text))
    (tmp_path / "secret").write_text("s")
    text = re.sub(r"\$\{file:[^}]+\}", "${file:secret}", text)
    environment = {name: stand_in(name) for name in re.findall(r"\$\{env:(\w+)", text)}
    assert loads(text.encode(), file=block.name, environment=environment, folder=tmp_path).checks


def test_there_are_examples_of_whole_files_and_of_pieces() -> None:
    assert len(EXAMPLES) >= 10
    assert {"version:" in block.text for block in EXAMPLES} == {True, False}


@pytest.mark.parametrize("file", WHOLE_FILES, ids=lambda file: file.stem)
def test_the_schema_takes_every_good_file(file: Path, schema: jsonschema_rs.Validator) -> None:
    schema.validate(value_of(file.read_text(encoding="utf-8")))


def test_the_file_for_the_unit_loads(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    text = read("docs/examples/checks.yaml").replace("/run/credentials/probe.service/orders-token", "token")
    settings = loads(text.encode(), file="checks.yaml", environment={}, folder=tmp_path)
    assert settings.store.reveal() == "sqlite:////var/lib/probe/probe.db"
    assert settings.report.directory == "/var/lib/probe/reports"


@pytest.mark.parametrize("mistake", MISTAKES_OF_SHAPE)
def test_the_schema_refuses_a_mistake_of_shape(mistake: str, schema: jsonschema_rs.Validator) -> None:
    text = (CONFIGS / "bad" / f"{mistake}.yaml").read_text(encoding="utf-8")
    assert not schema.is_valid(value_of(text))


def test_keys_of_ones_own_stand_at_the_top_only(schema: jsonschema_rs.Validator) -> None:
    api = {"base_url": "https://api.example.com", "checks": {"check": {"get": "/"}}}
    assert schema.is_valid({"version": 1, "x-mine": {"any": ["thing"]}, "apis": {"api": api}})
    assert not schema.is_valid({"version": 1, "apis": {"api": {**api, "x-mine": 1}}})


def described(schema: object, name: str) -> Iterator[tuple[str, bool]]:
    """Each property of a schema and of all below it, and whether it or what it refers to is described."""
    if isinstance(schema, dict):
        for key, value in schema.get("properties", {}).items():
            yield f"{name}.{key}", isinstance(value, dict) and ("description" in value or "$ref" in value)
        for key, value in schema.items():
            yield from described(value, f"{name}.{key}") if key not in ("if", "then", "else") else ()
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from described(value, f"{name}[{index}]")


def test_the_schema_describes_every_key_for_editors() -> None:
    plain = {"operator", "value", "severity", "warn"}  # their form says all
    bare = [name for name, is_described in described(json_schema(), "") if not is_described]
    assert [name for name in bare if name.rpartition(".")[2] not in plain] == []


def test_messages_shown_are_those_that_probe_writes() -> None:
    files = [file for folder in ("bad", "warned") for file in (CONFIGS / folder).glob("*.expected")]
    written = {line for file in files for line in file.read_text().splitlines()}
    shown = [line for line in read("docs/yaml.md").splitlines() if re.match(r"checks\.yaml:\d", line)]
    assert shown
    assert set(shown) <= written
