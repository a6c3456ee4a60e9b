from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from probe.model.sla import CalendarUnit, ObjectiveKind
from probe.model.units import DAY, HOUR
from probe.report.contents import pages
from probe.report.objectives import least_left, objective_rows
from probe.report.rendering import render
from probe.slo.budget import ObjectiveStatus
from probe.slo.periods import Period
from tests.unit.report.markup import Reader
from tests.unit.report.material import NOW, ZONE, check, group, site

BUDGET = Fraction(30 * DAY, 1000)


def status(remaining: Fraction | None = Fraction(1, 4), *, name: str = "availability") -> ObjectiveStatus:
    attained = None if remaining is None else 1 - (1 - remaining) / 1000
    return ObjectiveStatus(
        objective=name,
        kind=ObjectiveKind.AVAILABILITY,
        target=Fraction(999, 1000),
        over=30 * DAY,
        window=Period(NOW - 30 * DAY, NOW),
        attained=attained,
        met=None if attained is None else attained >= Fraction(999, 1000),
        budget=BUDGET,
        spent=None if remaining is None else (1 - remaining) * BUDGET,
        remaining_ratio=remaining,
        burn_rate=None if remaining is None else Fraction(7, 2),
        exhausted_at=None if remaining is None else NOW + 5 * HOUR,
    )


def test_an_objective_tells_what_is_left_in_percent_and_in_time() -> None:
    (row,) = objective_rows([status()], ZONE)
    assert (row.target, row.window, row.attained, row.met) == ("99.900%", "30d", "99.925%", "yes")
    assert (row.left, row.left_time, row.bar) == ("25.0%", "10 min 48 s of 43 min 12 s", 25)
    assert (row.burn, row.runs_out and row.runs_out.text) == ("3.50", "20 Nov 2026, 18:00 CET")


def test_a_window_of_the_calendar_is_called_as_in_the_file_not_by_its_length() -> None:
    (row,) = objective_rows([replace(status(), over=CalendarUnit.MONTH)], ZONE)
    assert row.window == "month"


def test_an_overspent_budget_says_by_how_much_and_leaves_the_bar_empty() -> None:
    (row,) = objective_rows([status(Fraction(-1, 2))], ZONE)
    assert (row.left, row.left_time, row.bar, row.is_spent, row.met) == (
        "-50.0%", "21 min 36 s more than 43 min 12 s", 0, True, "no",
    )  # fmt: skip


def test_where_nothing_is_known_nothing_is_claimed() -> None:
    (row,) = objective_rows([status(None)], ZONE)
    assert (row.attained, row.met, row.left, row.bar, row.burn, row.runs_out) == (
        "n/a",
        "n/a",
        "n/a",
        None,
        "n/a",
        None,
    )
    assert least_left([status(None)]) is None


def test_of_several_budgets_the_overview_tells_the_one_of_which_the_least_is_left() -> None:
    left = least_left([status(), status(Fraction(1, 8), name="latency")])
    assert left is not None
    assert (left.text, left.is_spent) == ("12.5% of the latency budget left", False)
    both = least_left([status(Fraction(0)), status(Fraction(-1), name="latency"), status(name="other")])
    assert both is not None
    assert (both.text, both.is_spent) == ("2 budgets spent", True)
    spent = least_left([status(Fraction(0))])
    assert spent is not None
    assert (spent.text, spent.is_spent) == ("availability budget spent", True)


def test_objectives_stand_on_the_pages_of_what_they_are_of() -> None:
    held = replace(check(), objectives=(status(),))
    seen = replace(site(), apis=(replace(group(held), objectives=(status(name="gold"),)),))
    told = {page.path: Reader(render(page)).text for page in pages(seen)}
    assert "25.0% of the gold budget left" in told["index.html"]
    for path in ("apis/orders.html", "checks/orders/list.html"):
        assert "Service level objectives" in told[path]
        assert "10 min 48 s of 43 min 12 s" in told[path]
    assert "Service level objectives" not in Reader(render(list(pages(site()))[1])).text
