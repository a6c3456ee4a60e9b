"""Figures stay what they are when results become rollups, and when they go."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.sla.comparing import Question, entries
from tests.e2e.sla.scenes import Scene, scene
from tests.e2e.sla.stage import DAY, HOUR, Json, Stage
from tests.e2e.sla.test_histories import questions

PERCENTILES: Final = ("p50", "p90", "p95", "p99")


def test_no_figure_changes(url: Sensitive, tmp_path: Path) -> None:
    random = Random(12)
    played = scene(random)
    stage = Stage(folder=tmp_path, environment={"PROBE_STORE": url.reveal()})
    stage.write(played.tree())
    stage.bring_in(played.lines(random))
    asked = questions(random, played)
    before = [answer(stage, question) for question in asked]
    roll_up(url, played)
    for question, former in zip(asked, before, strict=True):
        assert_nearly(answer(stage, question), former)
    purge(stage)
    for question, former in zip(asked, before, strict=True):
        told = answer(stage, question)
        if divides_hours(question, played):
            told, former = without_latencies(told), without_latencies(former)
        assert_nearly(told, former)
    stage.write({**played.tree(), "retention": {"raw": "2d", "hour": "2d"}})
    purge(stage)
    for question, former in zip(asked, before, strict=True):
        assert without_latencies(answer(stage, question)) == without_latencies(former)


def purge(stage: Stage) -> None:
    purged = stage.probe("db", "purge")
    assert purged.status == 0, purged
    assert "older than 2d deleted" in purged.output


Answer: TypeAlias = dict[str, dict[str, Json]]


def answer(stage: Stage, question: Question) -> Answer:
    """By check and API."""
    return dict(entries(stage.json("sla", *question.arguments)))


def divides_hours(question: Question, played: Scene) -> bool:
    """Whether there is an hour (UTC) of which a part was asked for: latencies are known of all of it, and no closer."""
    return question.start % HOUR > 0 or question.end % HOUR > 0 or played.zone == "Australia/Lord_Howe"


def without_latencies(told: Answer) -> Answer:
    """Without what follows from latencies."""
    return {name: _without_latencies(entry) for name, entry in told.items()}


def _without_latencies(entry: dict[str, Json]) -> dict[str, Json]:
    objectives = entry["slo"]
    assert isinstance(objectives, list)
    return {**entry, "slo": objectives[:1], "apdex": None, "latency_ms": {}}


def roll_up(url: Sensitive, played: Scene) -> None:
    """What the daemon's housekeeping does, once the last day is over."""
    with open_store(url, create=False) as store:
        while not store.roll_up("default", now=played.end + 2 * DAY + HOUR, zone=ZoneInfo(played.zone), limit=500):
            pass


def assert_nearly(got: Answer, before: Answer) -> None:
    """The same but for percentiles of latency, which are at most 0.1 % above the exact ones."""
    assert list(got) == list(before)
    for name, entry in got.items():
        assert {**entry, "latency_ms": None} == {**before[name], "latency_ms": None}, name
        latency, exact = entry["latency_ms"], before[name]["latency_ms"]
        assert isinstance(latency, dict)
        assert isinstance(exact, dict)
        for key, value in latency.items():
            its = exact[key]
            if key not in PERCENTILES or value is None or its is None:
                assert value == its, (name, key)
            else:
                assert isinstance(value, float)
                assert isinstance(its, float)
                assert its <= value <= its * 1.001, (name, key)
