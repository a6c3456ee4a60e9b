from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from probe.config.load import load, loads
from probe.model.check import Api, Check
from probe.model.sla import (
    BURN_WINDOWS,
    AlertLevel,
    BurnWindow,
    CalendarUnit,
    GroupKind,
    GroupRule,
    MaintenanceRule,
    Method,
    Objective,
    ObjectiveKind,
    SlaRules,
    UnknownRule,
)
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE, SECOND

FILE = Path(__file__).parents[2] / "configs" / "good" / "service-levels.yaml"
SETTINGS = load(FILE, environment={})
CHECKS = {check.id: check for check in SETTINGS.checks}
APIS = {api.id: api for api in SETTINGS.apis}
SMALLEST = "version: 1\napis:\n  shop:\n    base_url: https://shop.example.com\n    checks:\n      list: {get: /%s}\n"

GOLD = Objective(name="availability", kind=ObjectiveKind.AVAILABILITY, target=Fraction(999, 1000), window=30 * DAY)
BY_SLICES = Objective(
    name="by-slices",
    kind=ObjectiveKind.AVAILABILITY,
    target=Fraction(9995, 10_000),
    window=CalendarUnit.QUARTER,
    method=Method.TIMESLICES,
    slice=5 * MINUTE,
    slice_target=Fraction(9, 10),
)
USUAL_LATENCY = Objective(
    name="latency", kind=ObjectiveKind.LATENCY, target=Fraction(95, 100), window=30 * DAY, under=SECOND
)


def one(more: str) -> Check:
    text = (SMALLEST % (f", {more}" if more else "")).encode()
    return loads(text, file="checks.yaml", environment={}, folder=FILE.parent).checks[0]


@pytest.mark.parametrize(
    ("of", "objectives"),
    [
        (APIS["orders"], (GOLD, BY_SLICES, USUAL_LATENCY)),
        (CHECKS["orders/list"], (GOLD, BY_SLICES, USUAL_LATENCY)),
        (CHECKS["orders/export"], (GOLD, BY_SLICES)),
        (CHECKS["orders/sandbox"], ()),
        (APIS["catalog"], ()),
        (CHECKS["catalog/products"], ()),
    ],
    ids=lambda value: value.id if isinstance(value, Api | Check) else None,
)
def test_of_each_kind_the_objectives_of_the_nearest_level_win(
    of: Api | Check, objectives: tuple[Objective, ...]
) -> None:
    assert of.objectives == objectives


def test_none_takes_away_what_outer_levels_say_and_a_check_may_begin_anew() -> None:
    (objective,) = CHECKS["catalog/stock"].objectives
    assert (objective.kind, objective.window, objective.burn) == (ObjectiveKind.AVAILABILITY, HOUR, ())


def test_an_objective_may_bring_burn_windows_of_its_own() -> None:
    objective = CHECKS["orders/search"].objectives[-1]
    assert objective == Objective(
        name="latency",
        kind=ObjectiveKind.LATENCY,
        target=Fraction(99, 100),
        window=7 * DAY,
        under=300 * MILLISECOND,
        burn=(
            BurnWindow(level=AlertLevel.CRITICAL, long=HOUR, short=5 * MINUTE, budget=Fraction(8, 100)),
            BurnWindow(level=AlertLevel.INFO, long=7 * DAY, short=DAY, budget=Fraction(1)),
        ),
        min_bad_samples=5,
    )


@pytest.mark.parametrize(
    ("window", "pairs"), [("1h", 1), ("6h", 2), ("day", 3), ("2d", 3), ("week", 4), ("month", 4), ("1825d", 4)]
)
def test_of_the_usual_burn_windows_those_count_that_fit_the_objective(window: str, pairs: int) -> None:
    objective = one(f"slo: {{availability: {{target: 99.9%, window: {window}}}}}").objectives[0]
    assert objective.burn == BURN_WINDOWS[:pairs]


def test_checks_that_inherit_share_what_they_inherit() -> None:
    assert CHECKS["orders/list"].objectives[0] is APIS["orders"].objectives[0]


@pytest.mark.parametrize("written", ["99.9%", "99.90 %", "'99.9%'"])
def test_a_target_is_exact(written: str) -> None:
    assert one(f"slo: {{availability: {{target: {written}}}}}").objectives[0].target == Fraction(999, 1000)


def test_groups_and_apdex_are_read_at_each_level() -> None:
    assert (APIS["orders"].group, APIS["catalog"].group) == (
        GroupRule(kind=GroupKind.QUORUM, quorum=2),
        GroupRule(kind=GroupKind.MEAN),
    )
    assert (APIS["orders"].apdex, CHECKS["orders/list"].apdex, CHECKS["orders/export"].apdex) == (
        SECOND // 2, SECOND // 2, 2 * SECOND,
    )  # fmt: skip
    assert one("").apdex is None


@pytest.mark.parametrize("kind", ["all", "any", "mean"])
def test_a_group_is_a_word(kind: str) -> None:
    text = (SMALLEST % "").replace("    checks:", f"    group: {kind}\n    checks:")
    found = loads(text.encode(), file="checks.yaml", environment={}, folder=FILE.parent)
    assert found.apis[0].group == GroupRule(kind=GroupKind(kind))


def test_confirmation_is_inherited_key_by_key() -> None:
    confirm = CHECKS["orders/list"].confirm
    assert (confirm.runs, confirm.recoveries, confirm.retries) == (3, 2, 2)
    assert (one("").confirm.runs, one("").confirm.recoveries) == (1, 1)


def test_what_only_judges_results_is_not_in_a_definition() -> None:
    told = one("confirm: {runs: 3, recoveries: 2}, apdex: 1s, slo: {availability: {target: 99%}}")
    assert told.definition == one("").definition
    assert one("confirm: {retries: 1}").definition != one("").definition


def test_the_rules_to_count_by() -> None:
    assert SETTINGS.sla == SlaRules(
        method=Method.STATE_TIME,
        slice=MINUTE,
        slice_target=Fraction(995, 1000),
        unknown=UnknownRule.DOWN,
        maintenance=MaintenanceRule.COUNT_AS_UP,
        max_gap=5 * MINUTE,
    )


def test_the_facts_of_a_check_have_what_it_is_held_against() -> None:
    check = CHECKS["orders/list"]
    assert (check.facts.objectives, check.facts.apdex, check.facts.confirm) == (
        check.objectives, check.apdex, check.confirm,
    )  # fmt: skip


def test_the_digest_is_that_of_the_file_as_it_lies_on_disk() -> None:
    assert SETTINGS.digest == hashlib.sha256(FILE.read_bytes()).hexdigest()
    other = loads(FILE.read_bytes() + b"\n", file=str(FILE), environment={}, folder=FILE.parent)
    assert other.digest != SETTINGS.digest
    assert replace(other, digest=SETTINGS.digest) == SETTINGS
