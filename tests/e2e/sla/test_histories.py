"""Whatever happened, `probe sla` says of it what is found by counting it moment by moment."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

import pytest

from probe.model.sensitive import Sensitive
from tests.e2e.sla.comparing import Question, differences
from tests.e2e.sla.scenes import METHODS, TICK, Scene, scene
from tests.e2e.sla.stage import DAY, HOUR, MINUTE, Stage
from tests.reference.calendar import window_around

SEEDS: Final = 4


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_figure_is_the_one_that_is_counted_moment_by_moment(seed: int, tmp_path: Path) -> None:
    compare(seed, Stage(folder=tmp_path, environment={"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"}))


@pytest.mark.postgres
def test_and_so_it_is_with_postgresql(database: Sensitive, tmp_path: Path) -> None:
    compare(SEEDS, Stage(folder=tmp_path, environment={"PROBE_STORE": database.reveal()}))


def compare(seed: int, stage: Stage) -> None:
    random = Random(seed)
    played = scene(random)
    stage.write(played.tree())
    stage.bring_in(played.lines(random))
    for question in questions(random, played):
        assert differences(stage, played, question) == [], question


def questions(random: Random, played: Scene) -> list[Question]:
    """The night as the zone's calendar has it, a period that cuts through intervals, one around all there is."""
    day = window_around(played.start + DAY, "day", played.zone)
    cut = sorted(played.start + random.randrange(36 * HOUR // TICK) * TICK for _ in range(2))
    return [
        Question(start=day[0], end=day[1]),
        Question(start=cut[0], end=cut[1] + HOUR, method=random.choice(METHODS), slice=random.choice((3, 10)) * MINUTE),
        Question(
            start=played.start - 3 * HOUR,
            end=played.end + 2 * HOUR,
            method=random.choice(METHODS),
            unknown=random.choice(("exclude", "up", "down")),
        ),
    ]
