"""What the page on results in and out says is what the code does."""

from __future__ import annotations

import json

import pytest

from probe.cli.exporting.export import ALL
from probe.cli.importing.results import MOST_TOLD
from probe.cli.period import DEFAULT as PERIOD
from probe.model.ndjson import from_json
from probe.model.units import MINUTE
from probe.report.export import RESULTS, TABLES, AnyTable, Format
from probe.runtime.importing import EARLIEST, LARGEST_BATCH
from probe.runtime.lines import LONGEST_LINE
from probe.runtime.origins import DEFAULT_INTERVAL
from probe.slo.histogram import ERROR
from probe.slo.periods import CalendarStep
from tests.docs.pages import ROOT, blocks, first_column, flat, read, spans
from tests.docs.test_commands import options

PAGE = read("docs/data.md")


def test_the_lines_shown_can_be_imported() -> None:
    lines = [line for block in blocks(ROOT / "docs/data.md", "json") for line in block.text.splitlines()]
    assert len(lines) >= 2
    assert {from_json(json.loads(line)).check for line in lines} == {"shop/home"}


@pytest.mark.parametrize(
    "phrase",
    [
        f"the first {MOST_TOLD} of them on standard error",
        f"Lines are read as they are stored, {LARGEST_BATCH:,} at a time",
        f"the median of the first {LARGEST_BATCH:,} lines",
        f"longer than {LONGEST_LINE >> 20} MiB",
    ],
)
def test_a_number_is_the_one_of_the_code(phrase: str) -> None:
    assert phrase in flat(PAGE)


def test_what_is_said_in_words_is_the_code_s_too() -> None:
    assert DEFAULT_INTERVAL == MINUTE
    assert from_json({"check": "a/b", "scheduled_at": "2000-01-01T00:00:00Z", "state": "up"}).scheduled_at == EARLIEST


@pytest.mark.parametrize("table", [*TABLES.values(), RESULTS], ids=lambda table: table.name)
def test_every_column_is_told(table: AnyTable) -> None:
    shared = [] if table is RESULTS else first_column(PAGE, "Tables")
    told = [*shared, *first_column(PAGE, table.name)]
    assert sorted(told) == sorted(column.name for column in table.columns)


def test_every_option_is_told() -> None:
    told = [span for span in first_column(PAGE, "Export") if span.startswith("--")]
    assert {*told, "--config", "--help"} == {option for option in options("export") if option.startswith("--")}


def test_every_metric_format_and_step_is_told() -> None:
    words = set(spans(PAGE))
    assert {*TABLES, ALL, RESULTS.name, *Format, *CalendarStep, PERIOD} <= words
    assert f"at most {ERROR:.1%}".replace("%", " %") in flat(PAGE)
