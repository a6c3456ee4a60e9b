"""Table, CSV and JSON say the same, and what is printed is never more than was measured."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.daemon import run_probe
from tests.e2e.sla.comparing import ENTRY
from tests.e2e.sla.stage import DAY, HOUR, MINUTE, NOWHERE, SECOND, Json, Stage, iso, line, moment
from tests.reference.past import DOWN, UP, Seen

START: Final = moment("2026-06-01T00:00:00Z")
PERIOD: Final = ("--from", "2026-06-01", "--to", "2026-06-02")
LATENCY: Final = ["mean", "p50", "p90", "p95", "p99", "max", "count"]
OBJECTIVE: Final = [
    "objective",
    "target",
    "met",
    "budget_seconds",
    "spent_seconds",
    "remaining_ratio",
    "burn_rate",
    "exhausted_at",
]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Three checks: one that was down for a moment, one of which nothing is known then, one that was down for long."""
    made = Stage(folder=tmp_path, environment={"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"})
    slo = {
        "availability": {"target": "99.9%", "window": "30d"},
        "latency": {"target": "99%", "under": "300ms", "window": "month"},
    }
    checks = {name: {"get": "/"} for name in ("nearly", "new", "poor")}
    made.write({"apis": {"shop": {"base_url": NOWHERE, "slo": slo, "apdex": "200ms", "checks": checks}}})
    made.bring_in(
        [
            *(line("shop/nearly", up(START + minute * MINUTE)) for minute in range(24 * 60)),
            line("shop/nearly", down(START + 6 * HOUR + MINUTE // 2)),
            line("shop/nearly", up(START + 6 * HOUR + MINUTE // 2 + 60_000)),  # 60 ms: 99.99993 %
            *(line("shop/poor", (up if hour % 3 else down)(START + hour * HOUR, HOUR)) for hour in range(24)),
            line("shop/new", up(START + 3 * DAY)),
        ]
    )
    return made


def up(at: int, interval: int = MINUTE) -> Seen:
    return Seen(at=at, state=UP, interval=interval, latency=100_000, status=200)


def down(at: int, interval: int = MINUTE) -> Seen:
    return Seen(at=at, state=DOWN, interval=interval, latency=100_000, status=503, failure="assertion")


def listed(answer: Mapping[str, Json], kind: str) -> list[dict[str, Json]]:
    found = answer[kind]
    assert isinstance(found, list)
    return [entry for entry in found if isinstance(entry, dict)]


def test_json_has_these_keys_in_this_order(stage: Stage) -> None:
    answer = stage.json("sla", *PERIOD)
    assert list(answer) == ["from", "to", "timezone", "method", "checks", "apis"]
    assert {name: answer[name] for name in ("from", "to", "timezone", "method")} == {
        "from": iso(START),
        "to": iso(START + DAY),
        "timezone": "UTC",
        "method": "state-time",
    }
    for kind, key in (("checks", "check"), ("apis", "api")):
        for entry in listed(answer, kind):
            assert tuple(entry) == (key, *ENTRY)
            assert isinstance(entry["latency_ms"], dict)
            assert list(entry["latency_ms"]) == LATENCY
            objectives = listed(entry, "slo")
            assert [objective["objective"] for objective in objectives] == ["availability", "latency"]
            assert [list(objective) for objective in objectives] == [OBJECTIVE, OBJECTIVE]
    assert [entry["check"] for entry in listed(answer, "checks")] == ["shop/nearly", "shop/new", "shop/poor"]
    assert [entry["api"] for entry in listed(answer, "apis")] == ["shop"]


def test_what_is_not_known_is_null(stage: Stage) -> None:
    new = listed(stage.json("sla", *PERIOD, "--check", "shop/new"), "checks")[0]
    assert {name: new[name] for name in ENTRY[:12]} == {
        "availability": None, "coverage": None, "best": None, "worst": None,
        "downtime_seconds": 0, "unknown_seconds": 0, "maintenance_seconds": 0,
        "incidents": 0, "mttr_seconds": None, "mtbf_seconds": None, "mttd_seconds": None, "apdex": None,
    }  # fmt: skip
    assert new["latency_ms"] == {**dict.fromkeys(LATENCY), "count": 0}
    assert [(each["met"], each["spent_seconds"], each["burn_rate"]) for each in listed(new, "slo")] == [
        (None, None, None),
        (None, None, None),
    ]


def test_with_any_downtime_nothing_reads_as_a_hundred_per_cent(stage: Stage) -> None:
    nearly = listed(stage.json("sla", *PERIOD, "--check", "shop/nearly"), "checks")[0]
    assert nearly["availability"] == 1 - 0.06 / (DAY / SECOND)
    table = stage.probe("sla", *PERIOD, "--check", "shop/nearly")
    assert (table.status, table.errors) == (0, "")
    assert "99.99" in table.output
    assert "100.00" not in _row(table.output, "shop/nearly").replace(_coverage(table.output), "")


def _row(output: str, name: str) -> str:
    """That of the figures; the objectives come after it."""
    return next(row for row in output.splitlines() if row.startswith(f"{name} "))


def _coverage(output: str) -> str:
    return "100.00 %" if "100.00 %" in output else "100.00%"


def test_a_table_says_n_a_where_nothing_is_known(stage: Stage) -> None:
    table = stage.probe("sla", *PERIOD)
    assert (table.status, table.errors) == (0, "")
    assert "n/a" in _row(table.output, "shop/new")
    assert "66.66" in _row(table.output, "shop/poor")
    assert "state-time" in table.output


def test_csv_says_what_json_says(stage: Stage) -> None:
    answer = stage.json("sla", *PERIOD)
    sheet = stage.probe("sla", *PERIOD, "--format", "csv")
    assert (sheet.status, sheet.errors) == (0, "")
    rows = list(csv.DictReader(io.StringIO(sheet.output, newline="")))
    entries = [*listed(answer, "checks"), *listed(answer, "apis")]
    assert len(rows) == len(entries)
    for row, entry in zip(rows, entries, strict=True):
        for name in ENTRY[:12]:
            assert row[name] == ("" if entry[name] is None else str(entry[name])), name


async def test_a_process_of_its_own_says_the_same(stage: Stage) -> None:
    for format_ in ("table", "csv", "json"):
        here = stage.probe("sla", *PERIOD, "--format", format_)
        there = await run_probe("sla", *PERIOD, "--format", format_, folder=stage.folder, **stage.environment)
        assert (there.status, there.output, there.errors) == (0, here.output, "")
