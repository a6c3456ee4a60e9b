"""`probe alerts backtest`, as a person calls it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from probe.cli.main import app
from probe.model.errors import ConfigurationError

START: Final = datetime(2026, 6, 1, tzinfo=UTC)
CHECKS: Final = """\
version: 1
apis:
  shop:
    checks:
      home: {get: http://127.0.0.1:1/, interval: 1m}
      cart: {get: http://127.0.0.1:1/, interval: 1m}
channels:
  ops: {type: webhook, url: "http://127.0.0.1:1/"}
alerts:
  - {name: down, when: down, for: 3}
  - {name: slow, when: p95(latency) over 5m > 800ms, level: warning}
"""
PERIOD: Final = ("--from", "2026-06-01", "--to", "2026-06-02")


def backtest(folder: Path, *arguments: str) -> str:
    """What it printed; it is always fine."""
    given = ["alerts", "backtest", *PERIOD, *arguments, "-c", str(folder / "checks.yaml")]
    result = CliRunner().invoke(app, given, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With six hours in its store: an outage of 10 minutes, one of 2 and a slow quarter of an hour."""
    folder = tmp_path_factory.mktemp("backtest")
    (folder / "checks.yaml").write_text(CHECKS)
    lines = [
        {
            "check": "shop/home",
            "scheduled_at": START + timedelta(minutes=minute),
            "state": "down" if minute in (*range(60, 70), 200, 201) else "up",
            "http_status": 200,
            "latency_ms": 1_000.0 if minute in range(300, 315) else 100.0,
        }
        for minute in range(360)
    ]
    results = folder / "r.ndjson"
    results.write_text("\n".join(json.dumps(line, default=datetime.isoformat) for line in lines))
    given = ["import", "results", str(results), "-c", str(folder / "checks.yaml")]
    assert CliRunner().invoke(app, given, catch_exceptions=False).exit_code == 0
    return folder


def test_it_says_what_would_have_fired_and_what_would_have_been_missed(folder: Path) -> None:
    down, slow = json.loads(backtest(folder, "--format", "json"))["rules"]

    assert [(each["of"], each["fired_at"][11:16], each["resolved_at"][11:16]) for each in down["firings"]] == [
        ("shop/home", "01:02", "01:10")
    ]
    assert [each["start"][11:16] for each in down["missed"]] == ["03:20"]
    assert (slow["fired"], slow["false_alarms"], len(slow["missed"])) == (1, 1, 2)
    assert slow["firings"][0]["found"] == "p95(latency) over 5m is 1 s"


def test_the_table_shows_the_same(folder: Path) -> None:
    printed = backtest(folder)

    assert [line.split() for line in printed.splitlines()[:2]] == [
        ["rule", "fired", "in", "alert", "flaps", "messages", "outages", "missed", "without", "outage"],
        ["down", "1", *printed.splitlines()[1].split()[2:-4], "0", "2", "1", "0"],
    ]
    assert "p95(latency) over 5m is 1 s" in printed
    assert "2026-06-01T03:20:00Z" in printed


def test_proposed_rules_are_replayed_instead(folder: Path) -> None:
    rules = folder / "rules.yaml"
    rules.write_text("alerts:\n  - {name: at-once, when: down, for: 1}\n")

    (found,) = json.loads(backtest(folder, "--rules", str(rules), "--format", "json"))["rules"]

    assert (found["rule"], found["fired"], found["missed"]) == ("at-once", 2, [])


def test_only_what_is_asked_for_is_replayed(folder: Path) -> None:
    (found,) = json.loads(backtest(folder, "--rule", "slow", "--check", "shop/cart", "--format", "json"))["rules"]

    assert (found["rule"], found["fired"]) == ("slow", 0)


def test_a_rule_that_is_misspelt_is_found(folder: Path) -> None:
    with pytest.raises(ConfigurationError, match='there is no rule "dwon"; did you mean "down"'):
        backtest(folder, "--rule", "dwon")
