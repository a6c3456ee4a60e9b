"""What `probe sla` can't answer is told in a line and an exit status, and nothing comes into being."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.daemon import run_probe
from tests.e2e.sla.stage import MINUTE, NOWHERE, Answer, Stage, line, moment
from tests.reference.past import UP, Seen

FILE = {"apis": {"shop": {"base_url": NOWHERE, "labels": {"team": "commerce"}, "checks": {"home": {"get": "/"}}}}}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A check with a result."""
    folder = tmp_path_factory.mktemp("sla")
    made = Stage(folder=folder, environment={"PROBE_STORE": f"sqlite:///{folder}/probe.db"})
    made.write(FILE)
    made.bring_in([line("shop/home", Seen(at=moment("2026-06-01T00:00:00Z"), state=UP, interval=MINUTE))])
    return made


def assert_refused(answer: Answer, status: int, text: str) -> None:
    assert answer.status == status
    assert answer.output == ""
    assert answer.errors.count("\n") == 1
    assert text in answer.errors
    assert "Traceback" not in answer.errors


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--format", "xml"), '--format takes table or json or csv; found "xml"'),
        (("--from", "soon"), '--from: "soon" is neither a date'),
        (("--from", "2026-02-30"), "--from: "),
        (("--from", "2026-06-01", "--to", "2026-06-31"), "--to: "),
        (("--from", "2026-06-02", "--to", "2026-06-02"), "ends before it begins"),
        (("--from", "2026-06-03", "--to", "2026-06-02"), "ends before it begins"),
        (("--to", "2026-06-02"), "--to needs --from"),
        (("--month", "2026"), '--month: "2026" is not a month'),
        (("--month", "2026-13"), "--month: "),
        (("--month", "2026-00"), "--month: "),
        (("--last", "x"), '--last: "x" is not a duration'),
        (("--last", "0s"), "ends before it begins"),
        (("--last", "99999999d"), "--last: "),
        (("--last", "30"), "--last: "),
        (("--last", "1d", "--month", "2026-06"), "give one"),
        (("--from", "2026-06-01", "--last", "1d"), "give one"),
        (("--from", "2026-06-01", "--month", "2026-06"), "give one"),
        (("--from", "9998-01-01"), "lies in the future"),
        (("--month", "9998-01"), "lies in the future"),
        (("--method", "by-hand"), "--method takes state-time or occurrences or timeslices or ratio-timeslices"),
        (("--slice", "soon"), '--slice: "soon" is not a duration'),
        (("--slice", "0s"), "--slice"),
        (("--slice", "7m"), "--slice"),
        (("--unknown", "maybe"), '--unknown takes exclude or up or down; found "maybe"'),
        (("--check", "shop/hom"), 'the check "shop/hom"; did you mean "shop/home"?'),
        (("--check", ""), "check"),
        (("--api", "shpo"), 'the API "shpo"; did you mean "shop"?'),
        (("--label", "team"), "--label"),
        (("--label", "team=sales"), "team=sales"),
        (("--label", "=commerce"), "--label"),
        (("-c", "missing.yaml"), "missing.yaml"),
    ],
)
def test_what_can_not_be_asked_is_told_in_a_line(arguments: tuple[str, ...], text: str, stage: Stage) -> None:
    before = sorted(stage.folder.iterdir())
    assert_refused(stage.probe("sla", *arguments), 2, text)
    assert sorted(stage.folder.iterdir()) == before


@pytest.mark.parametrize("arguments", [("--nonsense",), ("--month",), ("--slice", "-5m"), ("shop/home",)])
def test_what_is_no_option_is_no_question(arguments: tuple[str, ...], stage: Stage) -> None:
    answer = stage.probe("sla", *arguments)
    assert (answer.status, answer.output) == (2, "")
    assert "Traceback" not in answer.errors


def test_there_must_be_a_store(tmp_path: Path) -> None:
    made = Stage(folder=tmp_path, environment={"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"})
    made.write(FILE)
    assert_refused(made.probe("sla"), 3, "probe.db")
    assert [path.name for path in tmp_path.iterdir()] == ["checks.yaml"]


def test_a_store_that_is_away_shows_no_password(tmp_path: Path) -> None:
    made = Stage(folder=tmp_path, environment={"PROBE_STORE": "postgresql://probe:c4nary@127.0.0.1:1/probe"})
    made.write(FILE)
    answer = made.probe("sla")
    assert_refused(answer, 3, "postgresql://***@127.0.0.1:1/probe")
    assert "c4nary" not in answer.errors


async def test_the_same_in_a_process_of_its_own(stage: Stage) -> None:
    for arguments in (("--month", "2026-13"), ("--check", "shop/hom")):
        here = stage.probe("sla", *arguments)
        there = await run_probe("sla", *arguments, folder=stage.folder, **stage.environment)
        assert (there.status, there.output, there.errors) == (here.status, here.output, here.errors)
