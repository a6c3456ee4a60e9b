from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.proposing import load_proposed
from probe.model.errors import ConfigurationError

CHECKS = """\
version: 1
apis:
  shop:
    checks:
      list: {get: http://127.0.0.1:1/}
channels:
  ops: {type: webhook, url: "http://127.0.0.1:1/"}
alerts:
  - {name: down, when: down}
"""


@pytest.fixture
def checks(tmp_path: Path) -> Path:
    path = tmp_path / "checks.yaml"
    path.write_text(CHECKS)
    return path


def proposed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    return path


def test_proposed_rules_stand_instead_of_the_files_own(checks: Path, tmp_path: Path) -> None:
    rules = proposed(tmp_path, "alerts:\n  - {name: slow, when: p95(latency) over 5m > 1s, on: {api: shop}}\n")

    assert [rule.name for rule in load_proposed(checks, rules).rules] == ["slow"]


def test_their_mistakes_are_told_where_they_stand(checks: Path, tmp_path: Path) -> None:
    rules = proposed(tmp_path, "# mine\nalerts:\n  - {name: slow, when: p95(latency) over 5m > 1s, on: {api: shoq}}\n")

    with pytest.raises(ConfigurationError, match=r"rules\.yaml:3:\d+: alerts\[0\]\.on"):
        load_proposed(checks, rules)


def test_a_file_of_rules_has_nothing_else(checks: Path, tmp_path: Path) -> None:
    rules = proposed(tmp_path, "alerts: []\nchannels: {}\n")

    with pytest.raises(
        ConfigurationError, match=r"rules\.yaml:2:1: channels: a file of rules has alerts:, and nothing else"
    ):
        load_proposed(checks, rules)


def test_a_file_that_is_not_there_is_named(checks: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml: can't be read: No such file or directory"):
        load_proposed(checks, tmp_path / "nowhere.yaml")
