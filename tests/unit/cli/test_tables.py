"""Tables of figures, on terminals of any width."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console
from rich.text import Text

from probe.cli import tables
from probe.cli.tables import print_figures

GROUPS = (("availability", "coverage"), ("down", "unknown"))
ROWS = (("orders/list", "99.787%", "99.854%", "1 h 35 min", "1 h 5 min"), ("shop", "100.000%", "n/a", "–", "–"))


def printed(width: int, rows: tuple[tuple[str, ...], ...] = ROWS) -> list[str]:
    out = io.StringIO()
    print_figures(
        Console(file=out, width=width, highlight=False), ("",), GROUPS, [[Text(cell) for cell in row] for row in rows]
    )
    return [line.rstrip() for line in out.getvalue().splitlines()]


def test_a_wide_terminal_shows_all_figures_side_by_side() -> None:
    assert printed(80) == [
        "             availability  coverage        down    unknown",
        "orders/list       99.787%   99.854%  1 h 35 min  1 h 5 min",
        "shop             100.000%       n/a           –          –",
    ]


def test_what_a_terminal_is_too_narrow_for_stands_below_with_the_names_again() -> None:
    assert printed(57) == [
        "             availability  coverage",
        "orders/list       99.787%   99.854%",
        "shop             100.000%       n/a",
        "",
        "                   down    unknown",
        "orders/list  1 h 35 min  1 h 5 min",
        "shop                  –          –",
    ]


def test_a_group_that_is_too_wide_by_itself_is_divided_but_no_figure_is() -> None:
    lines = printed(30)
    assert lines[0].split() == ["availability"]
    assert next(line.split()[1:] for line in lines if line.startswith("orders/list")) == ["99.787%"]
    assert "orders/list  1 h 35 min" in lines


def test_long_names_are_broken_rather_than_figures() -> None:
    lines = printed(50, (("a" * 60, *ROWS[0][1:]),))
    assert any(line.endswith("99.787%   99.854%") for line in lines)
    assert max(map(len, lines)) <= 50


def test_what_a_terminal_is_too_narrow_for_stands_below_its_row_and_no_name_or_time_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = listed(
        monkeypatch,
        60,
        ("state", "channel", "message", "id", "why"),
        [
            ("● delivered", "ops", "CRITICAL Orders API: List is down", "msg_1", "–"),
            ("✖ failed", "ops-mail", "CRITICAL Orders API: List is down", "msg_2", "the receiver said: 404 Not Found"),
        ],
    )
    assert lines == [
        "state        channel",
        "● delivered  ops",
        "  CRITICAL Orders API: List is down  msg_1",
        "✖ failed     ops-mail",
        "  CRITICAL Orders API: List is down  msg_2  the receiver",
        "  said: 404 Not Found",
    ]


def test_a_table_with_room_has_each_row_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed(monkeypatch, 60, ("state", "message", "id"), [("● delivered", "List is down", "msg_1")]) == [
        "state        message       id",
        "● delivered  List is down  msg_1",
    ]


def listed(
    monkeypatch: pytest.MonkeyPatch, width: int, columns: tuple[str, ...], rows: Sequence[Sequence[str]]
) -> list[str]:
    out = io.StringIO()
    monkeypatch.setattr(tables, "plain_console", lambda: Console(file=out, width=width, highlight=False))
    tables.print_table(columns, rows, below=("message", "id", "why"))
    return [line.rstrip() for line in out.getvalue().splitlines()]
