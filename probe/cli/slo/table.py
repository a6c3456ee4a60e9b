"""Where objectives stand, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from rich.text import Text

from probe.cli.sla.table import decimal, percent
from probe.cli.tables import plain_console, print_figures
from probe.model.units import format_duration
from probe.report.objectives import window_text
from probe.report.words import NOTHING, duration_text, exact_moment, runs_out_text
from probe.slo.burn import Burning, BurnReason
from probe.slo.standing import ObjectiveStanding, Standings

_NAMES: Final = ("", "objective")
_OBJECTIVES: Final = (
    ("target", "window"),
    ("attained", "met"),
    ("budget", "spent", "left"),
    ("burn", "burn now"),
    ("runs out",),
)
_PAIR_NAMES: Final = (*_NAMES, "level", "windows")
_PAIRS: Final = (("too fast from", "long", "short"), ("bad results", "reason"))
_STYLES: Final = {BurnReason.BURNING: "bold red", BurnReason.NOTHING_KNOWN: "dim", BurnReason.NOT_BURNING: "green"}
_YES_NO: Final = {True: Text("yes", "green"), False: Text("no", "bold red"), None: Text(NOTHING)}


def print_standings(found: Standings, *, timezone: str) -> None:
    """The budgets, the burn windows, and what the figures mean."""
    console, zone, rows = plain_console(), ZoneInfo(timezone), list(_rows(found))
    console.print(Text(f"at {exact_moment(found.asked.until, zone).text}\n", "bold"))
    print_figures(console, _NAMES, _OBJECTIVES, [(name, *_objective(each, zone)) for name, each in rows])
    pairs = [(name, Text(each.status.objective), *_pair(pair)) for name, each in rows for pair in each.pairs]
    if pairs:
        console.print()
        print_figures(console, _PAIR_NAMES, _PAIRS, pairs)
    present = format_duration(found.asked.so_far.end - found.asked.so_far.start)
    console.print(
        Text(
            "\nburn = error ratio / (1 - target), over the window so far, and now: over the last "
            f"{present}; at 1 the budget lasts as long as the window\n"
            "runs out: when the budget is spent if it burns on as now; – where it lasts",
            "dim",
        )
    )


def _rows(found: Standings) -> Iterator[tuple[Text, ObjectiveStanding]]:
    """Each API before its checks."""
    left = list(found.checks)
    for api in dict.fromkeys(each.id for each in found.apis):
        yield from ((Text(api, "bold"), each) for each in found.apis if each.id == api)
        yield from ((Text(each.id), each) for each in left if each.id.partition("/")[0] == api)
        left = [each for each in left if each.id.partition("/")[0] != api]
    yield from ((Text(each.id), each) for each in left)


def _objective(standing: ObjectiveStanding, zone: ZoneInfo) -> Iterator[Text]:
    status = standing.status
    yield Text(status.objective)
    yield Text(percent(status.target))
    yield Text(window_text(status.over))
    yield Text(percent(status.attained), "bold")
    yield _YES_NO[status.met]
    yield from map(_length, (status.budget, status.spent))
    yield Text(percent(status.remaining_ratio), "bold red" if status.is_spent else "")
    yield from map(_rate, (standing.burn_rate, status.burn_rate))
    yield Text(runs_out_text(is_spent=status.is_spent, at=status.exhausted_at, zone=zone))


def _pair(told: Burning) -> Iterator[Text]:
    yield Text(told.pair.level.value)
    yield Text(f"{format_duration(told.pair.long)} and {format_duration(told.pair.short)}")
    yield from map(_rate, (told.rate, told.long, told.short))
    yield Text(str(told.bad_samples))
    yield Text(told.reason.value, _STYLES.get(told.reason, "yellow"))


def _length(value: Fraction | None) -> Text:
    return Text(NOTHING if value is None else duration_text(int(value)))


def _rate(value: Fraction | None) -> Text:
    return Text(NOTHING if value is None else decimal(value))
