from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.config.document import read_document, read_stream
from probe.config.load import loads
from probe.config.openslo.entry import Findings
from probe.config.openslo.section import section
from probe.config.openslo.slos import Imported, read_slos
from probe.config.openslo.writing import Context, Held, openslo_text
from probe.config.openslo.yaml_text import yaml_text
from probe.model.check import Api
from probe.model.sla import (
    AlertLevel,
    BurnWindow,
    CalendarUnit,
    Method,
    Objective,
    ObjectiveKind,
    ObjectiveWindow,
    SlaRules,
)
from probe.model.units import DAY, HOUR, MILLISECOND, MINUTE
from probe.slo.burn import nominal, usual_pairs

NAMES = st.sampled_from(["availability", "latency", "a", "b", "a-b", "no", "007", "1e3", "x" * 63, f"{'x' * 62}y"])
SHARES = st.integers(1, 99_999).map(lambda number: Fraction(number, 100_000))
WINDOWS: st.SearchStrategy[ObjectiveWindow] = st.sampled_from(CalendarUnit) | st.integers(1, 1825 * 24).map(
    lambda hours: hours * HOUR
)
SLICES: Final = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, DAY]


@st.composite
def pairs(draw: st.DrawFn, window: ObjectiveWindow) -> BurnWindow:
    long = draw(st.integers(2, nominal(window) // MINUTE)) * MINUTE
    return BurnWindow(
        level=draw(st.sampled_from(AlertLevel)),
        long=long,
        short=draw(st.integers(1, long // MINUTE - 1)) * MINUTE,
        budget=draw(SHARES),
    )


@st.composite
def objectives(draw: st.DrawFn) -> Objective:
    kind, window = draw(st.sampled_from(ObjectiveKind)), draw(WINDOWS)
    timed = kind is ObjectiveKind.AVAILABILITY
    return Objective(
        name=draw(NAMES),
        kind=kind,
        target=draw(SHARES),
        window=window,
        under=None if timed else draw(st.integers(1, 10_000)) * MILLISECOND,
        method=draw(st.none() | st.sampled_from(Method)) if timed else None,
        slice=draw(st.none() | st.sampled_from(SLICES)) if timed else None,
        slice_target=draw(st.none() | SHARES) if timed else None,
        burn=draw(st.just(usual_pairs(window)) | st.lists(pairs(window), max_size=3).map(tuple)),
        min_bad_samples=draw(st.integers(1, 1000)),
    )


def held(draw: st.DrawFn, api: str, check: str | None) -> Held:
    drawn = draw(st.lists(objectives(), max_size=3, unique_by=lambda each: each.name))
    return Held(
        api=api, check=check, objectives=tuple(sorted(drawn, key=lambda each: list(ObjectiveKind).index(each.kind)))
    )


@st.composite
def services(draw: st.DrawFn) -> list[tuple[Api, list[Held]]]:
    """Some APIs, each with what it and each of its checks is held against."""
    made = []
    for name in draw(st.lists(NAMES, min_size=1, max_size=2, unique=True)):
        checks = draw(st.lists(NAMES, min_size=1, max_size=2, unique=True))
        api = Api(id=name, name=draw(st.sampled_from(["Web shop", "Überweisung", "no", "1.0"])))
        made.append((api, [held(draw, name, each) for each in (None, *checks)]))
    return made


RULES = st.builds(SlaRules, method=st.sampled_from(Method), slice=st.sampled_from(SLICES), slice_target=SHARES)


def reread(text: str) -> tuple[Imported, Findings]:
    findings = Findings()
    return read_slos(read_stream(text.encode(), file="written.yaml"), findings), findings


@settings(max_examples=30)
@given(services(), RULES)
def test_what_is_written_is_read_back_whole(made: list[tuple[Api, list[Held]]], rules: SlaRules) -> None:
    everything = [each for _, all_held in made for each in all_held]

    imported, findings = reread(openslo_text([api for api, _ in made], everything, Context(rules, "Europe/Berlin")))

    assert (findings.mistakes, findings.refused, findings.lost) == ([], [], [])
    read = {(placed.api, placed.check, placed.objective) for placed in imported.placed}
    assert read == {(each.api, each.check, objective) for each in everything for objective in each.objectives}


@settings(max_examples=30)
@given(services(), RULES)
def test_a_file_with_what_is_read_back_has_the_same_objectives(
    made: list[tuple[Api, list[Held]]], rules: SlaRules
) -> None:
    everything = [each for _, all_held in made for each in all_held]
    imported, findings = reread(openslo_text([api for api, _ in made], everything, Context(rules, "Europe/Berlin")))

    text = section(imported, None).text

    assert findings.refused == []
    if text:
        loaded = loads(_with_checks(text, everything).encode(), file="x", environment={}, folder=Path())
        found = {api.id: api.objectives for api in loaded.apis} | {
            check.id: check.objectives for check in loaded.checks
        }
        assert found == {
            f"{each.api}/{each.check}" if each.check else each.api: each.objectives
            for each in everything
            if each.api in {api.id for api in loaded.apis}
        }


def _with_checks(text: str, everything: list[Held]) -> str:
    """The file's text, with a request for each check: those are none of OpenSLO's."""
    root = json.loads(json.dumps(read_document(text.encode(), file="x").value))
    for each in everything:
        if each.check and each.api in root["apis"]:
            checks = root["apis"][each.api].setdefault("checks", {})
            checks.setdefault(each.check, {})["get"] = "http://127.0.0.1/"
    return yaml_text({"version": 1} | root)
