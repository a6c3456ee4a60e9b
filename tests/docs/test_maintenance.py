"""What the page on maintenance says is what the code does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from probe.cli.maintenance.commands import maintenance
from probe.cli.maintenance.list import Phase
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.docs.pages import first_column, flat, read
from tests.docs.test_commands import options

PAGE = read("docs/maintenance.md")
CHECKS = "version: 1\napis: {orders: {base_url: 'http://127.0.0.1:1', checks: {list: {get: /}}}}\n"


def test_every_option_of_add_is_told() -> None:
    told = [span for span in first_column(PAGE, "By command") if span.startswith("--")]
    assert {*told, "--config", "--help"} == {option for option in options("maintenance add") if option.startswith("--")}


def test_the_json_is_the_one_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "checks.yaml").write_text(CHECKS)
    open_store(Sensitive.plain("sqlite:///probe.db")).close()

    def printed(*arguments: str) -> str:
        return CliRunner().invoke(maintenance, arguments, catch_exceptions=False).output

    printed("add", "deploy", "--all")
    (listed,) = json.loads(printed("list", "--format", "json"))
    (logged,) = json.loads(printed("log", "--format", "json"))
    window, change = (re.findall(r'"(\w+)"', part) for part in re.findall(r"`\{(\"(?:id|at)\".*?)\}`", flat(PAGE)))
    assert [*window, "state", "next"] == list(listed)
    assert change == list(logged)
    assert list(listed["next"]) == ["from", "to"]


def test_every_state_is_told() -> None:
    assert f"(`{'`, `'.join(Phase)}`)" in flat(PAGE)
