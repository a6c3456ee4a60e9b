"""Which burn windows are warned of (STANDARDS §1.5, T18)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from probe.config.load import loads


def warned(slo: str, *checks: str, more: str = "") -> tuple[str, ...]:
    """What is said of checks with these keys, that all inherit an objective from the defaults."""
    lines = "".join(f"      c{number}: {{get: /, {keys}}}\n" for number, keys in enumerate(checks))
    text = (
        f"version: 1\ndefaults:\n  timeout: 1s\n  confirm: {{retries: 0}}\n  slo: {slo}\n{more}\n"
        f"apis:\n  shop:\n    base_url: https://shop.example.com\n    checks:\n{lines}"
    )
    return loads(text.encode(), file="checks.yaml", environment={}, folder=Path("/srv")).warnings


def hasty(slo: str, *checks: str, more: str = "") -> list[str]:
    """The pairs that one failed result is said to set off."""
    found = [text for text in warned(slo, *checks, more=more) if "one failed result alone" in text]
    assert len(found) <= 1
    return re.findall(r"\w+/\w+ (?=\()", found[0]) if found else []


GOLD = "{availability: {target: 99.9%}}"
EACH = ["1h/5m ", "6h/30m ", "1d/2h ", "3d/6h "]


@pytest.mark.parametrize(
    ("interval", "pairs"),
    [
        ("51.84s", []),
        ("51.841s", EACH[:1]),
        ("129.6s", EACH[:1]),
        ("129.601s", EACH[:2]),
        ("259.2s", EACH[:2]),
        ("259.201s", EACH),
    ],
)
def test_one_failed_result_is_enough_beyond_the_known_intervals(interval: str, pairs: list[str]) -> None:
    assert hasty(GOLD, f"interval: {interval}") == pairs


@pytest.mark.parametrize(
    ("slo", "keys", "is_told"),
    [
        ("{availability: {target: 99.9%, min_bad_samples: 2}}", "", False),
        ("{availability: {target: 99.9%, min_bad_samples: 1}}", "", True),
        ("{availability: {target: 99%}}", "", False),
        ("{availability: {target: 99.9%, burn: []}}", "", False),
        (GOLD, "confirm: {runs: 2}", False),
        ("{availability: {target: 99.9%, method: occurrences}}", "confirm: {runs: 2}", True),
        ("{latency: {target: 99.9%, under: 1s}}", "confirm: {runs: 2}", True),
    ],
)
def test_it_is_told_where_nothing_guards_against_it(slo: str, keys: str, *, is_told: bool) -> None:
    assert bool(hasty(slo, f"interval: 2m, {keys}".rstrip(", "))) is is_told


def test_the_rules_of_the_file_decide_whether_results_count_by_themselves() -> None:
    assert hasty(GOLD, "interval: 2m, confirm: {runs: 2}", more="sla: {method: occurrences}")


def test_many_checks_with_one_objective_are_one_warning() -> None:
    (warning,) = warned(GOLD, *["interval: 1m"] * 40, *["interval: 3m"] * 2)
    assert "1h/5m (42 checks with an interval above 51.84s), 6h/30m (2 checks with" in warning


def test_windows_with_too_few_results_are_told_instead() -> None:
    warnings = warned(GOLD, "interval: 1h")
    assert len(warnings) == 2
    assert "1h/5m (an interval of 1h or more) are never set off" in " ".join(warnings)
    assert hasty(GOLD, "interval: 1h") == EACH[1:]


@pytest.mark.parametrize(("target", "is_told"), [("93.05%", True), ("93.06%", False)])
def test_a_rate_that_nothing_reaches_is_told(target: str, *, is_told: bool) -> None:
    told = warned(f"{{availability: {{target: {target}, min_bad_samples: 2}}}}", "interval: 1m")
    assert any("1h/5m (burn rate 14.4) are never set off" in text for text in told) is is_told


def test_of_very_many_warnings_the_last_says_how_many_were_left_out() -> None:
    warnings = warned("none", *[f"interval: 1m, slo: {GOLD}"] * 150)
    assert (len(warnings), warnings[-1]) == (101, "checks.yaml: warning: and 50 more like these")
