"""What a person at a terminal sees while the daemon runs."""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from probe.cli.glyphs import GLYPHS, STYLES
from probe.model.check import Check
from probe.model.result import Result, State
from probe.model.settings import Settings
from probe.model.units import MILLISECOND
from probe.runtime.rendering import Rendered

REFRESHES_PER_SECOND: Final = 2
TRAIL: Final = 30
"""How many of a check's last results stand in its row."""

_SHORTEST_TRAIL: Final = 5
_BESIDE_TRAIL: Final = 90
"""Columns of the terminal that the rest of a row wants before the trail grows."""

_COLUMNS: Final = (("", 1), ("check", 12), ("status", 6), ("latency", 9), ("last results", 5), ("reason", 12))
"""Each column's name, and the width that it keeps on a narrow terminal."""

_WORST_FIRST: Final = (State.DOWN, State.DEGRADED, State.UNKNOWN, State.UP)


@dataclass(slots=True)
class _Row:
    last: Result | None = None
    trail: deque[State] = field(default_factory=lambda: deque(maxlen=TRAIL))


class LiveDisplay:
    """A table of the checks that follows the results; the log goes on above it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rows: dict[str, _Row] = {check.id: _Row() for check in settings.checks}
        self._results = 0
        self._report = "the first report is being written …"
        self._console = Console(file=sys.stderr, highlight=False)
        self._live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=False,
        )

    @staticmethod
    def is_possible() -> bool:
        """Whether a person looks on."""
        return Console(file=sys.stderr).is_terminal

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live.is_started:
            self._live.stop()

    def start(self, settings: Settings) -> None:
        """The daemon runs, with these settings: show it."""
        self._settings = settings
        self._live.start()

    def reload(self, settings: Settings) -> None:
        """Other checks from now on; those that stay keep their rows."""
        self._settings = settings
        self._rows = {check.id: self._rows.get(check.id) or _Row() for check in settings.checks}

    def observe(self, check: Check, result: Result) -> None:
        """Take a result; one of a check that is gone is not shown."""
        row = self._rows.get(check.id)
        if row is None:
            return
        row.last = result
        row.trail.append(result.state)
        self._results += 1

    def report_written(self, rendered: Rendered) -> None:
        """Say where to look."""
        self._report = f"report: {rendered.index}"

    def _render(self) -> Group:
        return Group(self._headline(), self._table(), self._footer())

    def _headline(self) -> Text:
        states = [row.last.state for row in self._rows.values() if row.last]
        parts = [
            (f"{GLYPHS[state]} {states.count(state)} {state}", STYLES[state])
            for state in _WORST_FIRST
            if state in states
        ]
        line = Text(f"\n{self._settings.report.title}   ", "bold")
        for text, style in parts:
            line.append(f"{text}   ", style)
        return line.append(f"{len(self._rows)} checks, {self._results} results", "dim")

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim", expand=False)
        for name, width in _COLUMNS:
            is_figure = name in ("status", "latency")
            table.add_column(
                name, min_width=width, justify="right" if is_figure else "left", no_wrap=True, overflow="ellipsis"
            )
        trail = min(TRAIL, max(_SHORTEST_TRAIL, self._console.width - _BESIDE_TRAIL))
        shown = sorted(self._rows.items(), key=lambda row: (_rank(row[1].last), row[0]))
        room = max(3, self._console.height - 8)
        for name, row in shown[:room]:
            table.add_row(*_cells(name, row, trail))
        if len(shown) > room:
            table.add_row("", Text(f"and {len(shown) - room} more", "dim"))
        return table

    def _footer(self) -> Text:
        listen = self._settings.listen
        served = f"   also at http://{listen}/" if listen else ""
        return Text(f"{self._report}{served}\nCtrl-C ends it", "dim")


def _rank(last: Result | None) -> int:
    return _WORST_FIRST.index(last.state) if last else len(_WORST_FIRST)


def _cells(name: str, row: _Row, shown: int) -> tuple[Text, ...]:
    last = row.last
    if last is None:
        return (
            Text("·", "dim"),
            Text(name),
            Text(""),
            Text(""),
            Text("waiting for its first slot", "dim"),
            Text(""),
        )
    trail = Text()
    for state in list(row.trail)[-shown:]:
        trail.append("▁" if state is State.UP else GLYPHS[state], STYLES[state])
    return (
        Text(GLYPHS[last.state], STYLES[last.state]),
        Text(name),
        Text(str(last.http_status or "–")),
        Text(f"{last.latency_us / MILLISECOND:.1f} ms" if last.latency_us is not None else "–"),
        trail,
        Text(last.detail or "", STYLES[last.state]),
    )
