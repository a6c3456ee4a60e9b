"""The page about objectives says what the code does: burn windows, reasons, and what OpenSLO becomes."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest

from probe.config.openslo import annotations as known_annotations
from probe.config.openslo.alerts import LEVELS
from probe.config.openslo.slos import METHODS
from probe.config.openslo.times import BEGINS, CALENDAR
from probe.model.sla import BURN_WINDOWS
from probe.model.units import DAY, format_duration, format_percentage
from probe.report.sla.standings import COLUMNS
from probe.slo.burn import BurnReason, rate, single_failure_interval
from tests.docs.pages import ROOT, blocks, flat, read, rows, section, spans

PAGE = read("docs/slo.md")
TARGET = Fraction("0.999")


def tables(heading: str, first: str) -> list[list[str]]:
    """The rows of the one table below a heading whose first cells are told."""
    found, inside = list[list[str]](), False
    for line in section(PAGE, heading).splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        inside = line.startswith("|") and (inside or cells[0] == first)
        if inside and cells[0] != first and not set(cells[0]) <= {"-"}:
            found.append(cells)
    return found


def test_the_burn_windows_are_the_usual_ones() -> None:
    told = tables("Burn windows", "Level")
    assert [row[:4] for row in told] == [
        [f"`{pair.level}`", f"`{format_duration(pair.long)}`", f"`{format_duration(pair.short)}`",
         format_percentage(pair.budget)]
        for pair in BURN_WINDOWS
    ]  # fmt: skip
    assert [[float(row[4]), float(row[5])] for row in told] == [
        [float(rate(pair, 30 * DAY)), pytest.approx(float(rate(pair, 28 * DAY)), abs=0.0005)] for pair in BURN_WINDOWS
    ]
    limits = [single_failure_interval(pair, target=TARGET, window=30 * DAY) for pair in BURN_WINDOWS]
    assert [row[6:] for row in told] == [[format_duration(int(limit))] * 2 for limit in limits]


def test_every_reason_is_told() -> None:
    assert [row[0].strip("`") for row in tables("Burn windows", "Reason")] == list(BurnReason)


def test_the_json_has_every_figure() -> None:
    (block,) = blocks(ROOT / "docs/slo.md", "json")
    (objective,) = json.loads(block.text)["objectives"]
    assert set(objective) == {*COLUMNS, "burn"} - {"burning"}


def test_budgeting_methods_are_those_of_the_code() -> None:
    told = {spans(row[0])[0]: spans(row[1])[0] for row in tables("OpenSLO", "Budgeting method")}
    assert told == {name: method.value for name, method in METHODS.items()}


def test_windows_of_the_calendar_are_those_of_the_code() -> None:
    told = tables("OpenSLO", "`duration`")
    assert {text: spans(row[1])[0] for row in told for text in spans(row[0])} == CALENDAR
    assert {spans(row[1])[0]: row[2] for row in told} == BEGINS


def test_severities_are_those_of_the_code() -> None:
    told = {spans(row[0])[0]: tuple(spans(row[1])) for row in tables("OpenSLO", "`level`")}
    assert told == LEVELS


def test_every_annotation_is_told() -> None:
    known = {
        value
        for name, value in vars(known_annotations).items()
        if name.isupper() and name != "NONE" and isinstance(value, str)
    }
    assert {spans(row[0])[0] for row in tables("OpenSLO", "Annotation")} == known


def test_the_figures_are_told() -> None:
    told = {span for row in rows(PAGE, "The budget") for span in spans(row[0])}
    identity = {"kind", "id", "objective", "about", "window_from", "window_to", "target", "burning"}
    assert told == set(COLUMNS) - identity
    assert "below 93.06 % never reaches 14.4" in flat(PAGE)
