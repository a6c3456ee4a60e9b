"""Files that are no reports, or were made to do harm."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from probe.model.errors import ConfigurationError
from probe.report.sla import Malformed, inputs_of, read
from probe.report.sla.reading import DATA_BEGINS, LARGEST

FORMAT = '"format": "probe-sla-report/1"'


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", "kind,id\n", "the figures only; give the .json or .html file that lies beside it"),
        ("a.json", "", "a.json:1:1: this is not JSON: Expecting value"),
        ("a.json", "{\n  nothing}", "a.json:2:3: this is not JSON"),
        ("a.json", "[1]", 'this is no SLA report: its "format" must be "probe-sla-report/1"'),
        ("a.json", '{"format": "probe-sla-report/2"}', "its"),
        ("a.json", f'{{{FORMAT}, "x": NaN}}', "NaN is no number in JSON"),
        ("a.json", f'{{{FORMAT}, "x": 1, "x": 2}}', '"x" is there twice in one object'),
        ("a.json", "[" * 200_000, "it is nested too deeply"),
        ("a.json", f'{{{FORMAT}, "x": {"9" * 5_000}}}', "digits"),
        ("a.html", "<!doctype html><p>A page", "it doesn't carry its data once"),
        ("a.html", f"<p>{DATA_BEGINS}{{}}</script>{DATA_BEGINS}{{}}</script>", "it doesn't carry its data once"),
        ("a.html", f"<p>\n{DATA_BEGINS}{{\n?</script>", "a.html:3: this is not JSON"),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(name: str, content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ConfigurationError) as refused:
        read(path)
    assert why in str(refused.value)
    assert str(refused.value).startswith(str(path))


def test_what_is_no_text_or_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        read(path)
    path.write_bytes(b"{\xff}")
    with pytest.raises(ConfigurationError, match="byte 1 is not UTF-8"):
        read(path)
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(ConfigurationError, match="more than 64 MiB is no SLA report"):
        read(path)


SOUND: dict[str, object] = {
    "made_at": "2026-11-02T10:00:00Z",
    "title": "T",
    "location": "default",
    "sla": {
        "from": "2026-10-01T00:00:00Z",
        "to": "2026-11-01T00:00:00Z",
        "timezone": "UTC",
        "checks": [{"check": "a/b"}],
        "apis": [],
    },
    "rules": {
        "method": "state-time",
        "slice": "5m",
        "slice_target": "100%",
        "unknown": "exclude",
        "maintenance": "exclude",
        "max_gap": None,
    },
    "configuration": {
        "file": "checks.yaml",
        "sha256": "",
        "checks": [
            {
                "check": "a/b",
                "name": "b",
                "interval": "1m",
                "confirm": {"runs": 1, "recoveries": 1},
                "labels": {},
                "apdex": None,
                "objectives": [],
            }
        ],
        "apis": [],
    },
    "maintenance": {"since": "2026-10-01T00:00:00Z", "windows": []},
}


def test_inputs_are_read() -> None:
    assert inputs_of(json.loads(json.dumps(SOUND))).wanted == ("a/b",)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("title", 1, "title must be a text"),
        ("sla.to", "2026-09-01T00:00:00Z", "sla.to: it ends before it begins"),
        ("sla.to", "9999-09-01T00:00:00Z", "sla.to: that is more than a hundred years"),
        ("sla.to", "tomorrow", 'sla.to: "tomorrow" is not a moment'),
        ("sla.from", "1900-01-01T00:00:00Z", "sla.from must be a moment from 1970 on"),
        ("sla.timezone", "../../etc/passwd", 'sla.timezone: "../../etc/passwd" is no time zone'),
        ("sla.timezone", "Nowhere/City", "is no time zone"),
        ("sla.checks", [{"check": "a/b"}, {"check": "a/b"}], "sla.checks[a/b] is there twice"),
        ("sla.checks", [1], "sla.checks[0] must be an object; it is 1"),
        ("made_at", "2026-09-01T00:00:00Z", "made_at: the report was made before its period began"),
        ("rules.method", "by-hand", "rules.method must be one of state-time"),
        ("rules.slice", "7m", "rules.slice: must divide a day"),
        ("rules.slice", "1us", "rules.slice must be a duration that can be meant"),
        ("rules.slice_target", "0%", "rules.slice_target: must be more than 0%"),
        ("configuration", [], "configuration must be an object; it is a list"),
        ("configuration.checks", None, "configuration.checks must be a list; it is null"),
        ("maintenance.windows", [{"name": "x"}], "maintenance.windows[0].on is missing"),
    ],
)
def test_what_is_not_as_a_report_has_it_is_refused_with_its_path(path: str, value: object, why: str) -> None:
    document = json.loads(json.dumps(SOUND))
    place = document
    *folders, name = path.split(".")
    for folder in folders:
        place = place[folder]
    place[name] = value
    with pytest.raises(Malformed) as refused:
        inputs_of(document)
    assert why in str(refused.value)
