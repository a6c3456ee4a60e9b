"""What a period says doesn't depend on what is asked for beside it: results after its end say what those before it were."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.e2e.sla.stage import MINUTE, NOWHERE, Json, Stage, line, moment
from tests.reference.past import DOWN, UP, Seen

BORDER: Final = moment("2026-10-31T23:00:00Z")  # midnight in Berlin
OCTOBER: Final = ("--month", "2026-10")
NOVEMBER: Final = ("--from", "2026-11-01", "--to", "2026-11-02")
BOTH: Final = ("--from", "2026-10-01", "--to", "2026-11-02")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    made = Stage(folder=tmp_path, environment={"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"})
    checks = {"home": {"get": "/", "confirm": {"runs": 3, "recoveries": 3}}}
    made.write({"timezone": "Europe/Berlin", "apis": {"shop": {"base_url": NOWHERE, "checks": checks}}})
    return made


def bring_in(stage: Stage, letters: str, *, first: int) -> None:
    """A letter a minute; the first so many minutes after the border."""
    states = {"u": UP, "d": DOWN}
    seen = [
        Seen(at=BORDER + (first + number) * MINUTE, state=states[letter], interval=MINUTE)
        for number, letter in enumerate(letters)
    ]
    stage.bring_in([line("shop/home", each) for each in seen])


def figures(stage: Stage, period: tuple[str, ...]) -> tuple[Json, ...]:
    answer = stage.json("sla", *period)
    told = []
    for kind in ("checks", "apis"):
        listed = answer[kind]
        assert isinstance(listed, list)
        assert isinstance(listed[0], dict)
        told.append([listed[0][name] for name in ("downtime_seconds", "incidents", "mttr_seconds", "mttd_seconds")])
    assert told[0] == told[1]
    return tuple(told[0])


def test_an_outage_that_is_confirmed_only_after_the_border_began_before_it(stage: Stage) -> None:
    bring_in(stage, "uuuddduuuu", first=-4)
    assert figures(stage, OCTOBER) == (60, 1, None, 120)
    assert figures(stage, NOVEMBER) == (120, 1, 180, 120)
    assert figures(stage, BOTH) == (180, 1, 180, 120)


def test_a_recovery_that_is_confirmed_only_after_the_border_was_one_before_it(stage: Stage) -> None:
    bring_in(stage, "uuddduuuu", first=-6)
    assert figures(stage, OCTOBER) == (180, 1, 180, 120)
    assert figures(stage, NOVEMBER) == (0, 0, None, None)


def test_a_failure_that_is_not_confirmed_after_the_border_was_none(stage: Stage) -> None:
    bring_in(stage, "uuudduuuu", first=-4)
    assert figures(stage, OCTOBER) == figures(stage, NOVEMBER) == (0, 0, None, None)
