"""`probe slo` and `probe import openslo`, as a person calls them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, cast

import pytest
from typer.testing import CliRunner

from probe.cli.main import app
from probe.model.errors import ConfigurationError
from tests.e2e.daemon import run_probe

START: Final = datetime(2026, 6, 1, tzinfo=UTC)
"""When the outage begins, after 31 days of results an hour apart, each of which holds until the next."""

CHECKS: Final = """\
version: 1
timezone: Europe/Berlin
sla: {max_gap: 1h}
apis:
  shop:
    slo:
      availability: {target: 99.9%, window: 30d}
    checks:
      home: {get: http://127.0.0.1:1/, interval: 1m, labels: {tier: gold}, slo: {latency: {target: 99%, under: 300ms, window: month}}}
      cart: {get: http://127.0.0.1:1/, interval: 1m, slo: none}
"""


class Answer(NamedTuple):
    """What a command printed, and how it ended."""

    status: int
    output: str


def probe(folder: Path, *arguments: str) -> Answer:
    """The command in this process: a dozen of them in one of their own would take too long."""
    result = CliRunner().invoke(app, [*arguments, "-c", str(folder / "checks.yaml")], catch_exceptions=False)
    return Answer(result.exit_code, result.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With an outage in its store that goes on."""
    folder = tmp_path_factory.mktemp("outage")
    (folder / "checks.yaml").write_text(CHECKS)
    hours = [START - timedelta(hours=back) for back in range(31 * 24, 0, -1)]
    lines = [{"state": "up", "scheduled_at": at, "http_status": 200, "latency_ms": 100.0} for at in hours]
    lines += [{"state": "down", "scheduled_at": START + timedelta(seconds=second)} for second in (0, 1, 600)]
    results = folder / "r.ndjson"
    results.write_text(
        "\n".join(json.dumps({"check": "shop/home", **line}, default=datetime.isoformat) for line in lines)
    )
    assert probe(folder, "import", "results", str(results)).status == 0
    return folder


Objects = list[dict[str, object]]


def objectives(folder: Path, after: float, *options: str) -> dict[tuple[str, str], dict[str, object]]:
    """Where they stand so many seconds after the outage began."""
    moment = (START + timedelta(seconds=after)).isoformat()
    run = probe(folder, "slo", "--to", moment, "--format", "json", *options)
    assert run.status == 0
    told = cast("Objects", json.loads(run.output)["objectives"])
    return {(str(each["id"]), str(each["objective"])): each for each in told}


def telling(objective: Mapping[str, object]) -> list[bool]:
    return [bool(pair["burning"]) for pair in cast("Objects", objective["burn"])]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (51.839999, [False, False, False, False]),
        (51.84, [True, False, False, False]),
        (129.6, [True, True, False, False]),
        (259.199999, [True, True, False, False]),
        (259.2, [True, True, True, True]),
    ],
)
def test_the_burn_windows_tell_of_an_outage_when_their_arithmetic_says(
    folder: Path, after: float, expected: list[bool]
) -> None:
    """STANDARDS T8: at 99.9 % over 30 days after 0.864 min (1 h), 2.16 (6 h) and 4.32 (1 d, 3 d)."""
    found = objectives(folder, after)

    assert telling(found["shop/home", "availability"]) == expected
    assert telling(found["shop", "availability"]) == expected


def test_it_tells_budget_burn_and_when_it_runs_out(folder: Path) -> None:
    found = (objectives(folder, 300))["shop/home", "availability"]

    assert (found["budget_seconds"], found["spent_seconds"], found["met"]) == (2592, 300, True)
    assert found["remaining_ratio"] == pytest.approx(1 - 300 / 2592)
    assert found["burn_rate"] == pytest.approx(300 / 86_400 * 1000)
    exhausted = datetime.fromisoformat(str(found["exhausted_at"]))
    assert (exhausted - START).total_seconds() == pytest.approx(300 + (2592 - 300) / (300 / 86_400), abs=1e-3)


def test_the_present_burn_rate_is_of_any_time(folder: Path) -> None:
    found = (objectives(folder, 300, "--burn", "10m"))["shop/home", "availability"]

    assert found["burn_rate"] == 500


def test_a_calendar_window_is_that_of_the_time_zone(folder: Path) -> None:
    found = (objectives(folder, 0))["shop/home", "latency"]

    assert (found["window_from"], found["window_to"]) == ("2026-05-31T22:00:00Z", "2026-06-30T22:00:00Z")


def test_only_what_is_chosen_is_told(folder: Path) -> None:
    assert set(objectives(folder, 300, "--label", "tier=gold")) == {
        ("shop/home", "availability"), ("shop/home", "latency"),
    }  # fmt: skip


def test_a_script_learns_of_it_by_the_exit_status(folder: Path) -> None:
    def status(after: float, *options: str) -> int:
        return probe(folder, "slo", "--to", (START + timedelta(seconds=after)).isoformat(), *options).status

    assert status(300) == 0
    assert status(300, "--exit-code") == 1
    assert status(-3600, "--exit-code") == 0


def test_the_table_says_why_a_pair_tells_or_does_not(folder: Path) -> None:
    run = probe(folder, "slo", "--to", (START + timedelta(seconds=60)).isoformat())

    assert run.status == 0
    assert "at 1 Jun 2026, 02:01:00 CEST" in run.output
    (row,) = [line.split() for line in run.output.splitlines() if "1h and 5m" in line and line.startswith("shop ")]
    assert row == ["shop", "availability", "critical", "1h", "and", "5m", "14.40", "16.66", "200.00", "2", "burning"]


def test_csv_has_a_row_an_objective(folder: Path) -> None:
    moment = (START + timedelta(seconds=130)).isoformat()
    run = probe(folder, "slo", "--to", moment, "--format", "csv")

    found = list(csv.DictReader(io.StringIO(run.output)))
    assert [(row["kind"], row["id"], row["objective"], row["met"]) for row in found] == [
        ("api", "shop", "availability", "true"),
        ("check", "shop/home", "availability", "true"),
        ("check", "shop/home", "latency", "false"),
    ]
    assert found[0]["burning"] == "critical"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "soon"], '--to: "soon" is neither a date'),
        (["--to", "2999-01-01"], "--to: lies in the future"),
        (["--burn", "0s"], "--burn: must be more than 0s"),
        (["--format", "xml"], '--format takes table or json or csv or openslo; found "xml"'),
        (["--format", "openslo", "--exit-code"], "--format openslo tells what the file says"),
        (["--check", "shop/hme"], 'the check "shop/hme"; did you mean "shop/home"?'),
    ],
)
def test_a_bad_option_is_refused(folder: Path, options: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        probe(folder, "slo", *options)

    assert message in str(raised.value)


async def test_objectives_go_out_as_openslo_and_come_back(folder: Path) -> None:
    written = await run_probe("slo", "--format", "openslo", folder=folder)
    assert (written.status, written.errors) == (0, "")
    (folder / "slos.yaml").write_text(written.output)

    back = await run_probe("import", "openslo", "slos.yaml", "-c", "checks.yaml", "-o", "back.yaml", folder=folder)

    assert (back.status, back.output, back.errors) == (0, "", "3 objectives of 1 API\n")
    assert (folder / "back.yaml").read_text() == (
        "apis:\n  shop:\n    name: Shop\n    slo:\n      availability:\n        target: 99.9%\n        window: 30d\n"
        "    checks:\n      home:\n        slo:\n          availability:\n            target: 99.9%\n            window: 30d\n"
        "          latency:\n            target: 99%\n            under: 300ms\n            window: month\n"
        "      cart:\n        slo: none\n"
    )


async def test_a_file_that_is_there_is_never_written_over(folder: Path) -> None:
    (folder / "one.yaml").write_text(SLO)
    run = await run_probe("import", "openslo", "one.yaml", "-o", "checks.yaml", folder=folder)

    assert (run.status, run.output) == (2, "")
    assert "checks.yaml exists already, and stays as it is; name another file" in run.errors
    assert (folder / "checks.yaml").read_text() == CHECKS


SLO: Final = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: availability}
spec:
  service: shop
  indicator:
    metadata: {name: ratio}
    spec:
      ratioMetric:
        good: {metricSource: {type: Prometheus, spec: {query: good}}}
        total: {metricSource: {type: Prometheus, spec: {query: total}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
"""


async def test_what_does_not_come_along_is_told_and_the_rest_printed(tmp_path: Path) -> None:
    (tmp_path / "slos.yaml").write_text(
        f"{SLO}---\n{SLO.replace('name: availability', 'name: b').replace('0.999', '0')}"
    )
    run = await run_probe("import", "openslo", "slos.yaml", folder=tmp_path)

    assert run.status == 1
    assert run.output.startswith("apis:\n  shop:\n    slo:\n      availability:\n        target: 99.9%\n")
    lost = "is not taken over: probe measures by its own checks"
    assert run.errors.splitlines()[0] == f"slos.yaml:10:16: spec.indicator.spec.ratioMetric.good.metricSource: {lost}"
    assert run.errors.splitlines()[-2:] == [
        "slos.yaml:29:17: spec.objectives[0].target: a target of nothing is always met; take more: left out",
        "1 objective of 1 API; 1 left out",
    ]


async def test_a_file_that_is_not_openslo_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "slos.yaml").write_text(SLO.replace("30d", "a month").replace("0.999", "99.9"))
    (tmp_path / "more.yaml").write_text("a: [")
    run = await run_probe("import", "openslo", "slos.yaml", "more.yaml", "none.yaml", "-o", "out.yaml", folder=tmp_path)

    assert (run.status, run.output) == (2, "")
    assert [line.split(": ")[0] for line in run.errors.splitlines()] == [
        "more.yaml:2:1", "none.yaml", "slos.yaml:12:17", "slos.yaml:14:17",
    ]  # fmt: skip
    assert not (tmp_path / "out.yaml").exists()
