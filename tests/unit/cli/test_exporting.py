"""What `probe export` can't do is told before anything is written."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import typer
from typer.testing import CliRunner

from probe.cli.exporting.commands import export
from probe.cli.period import AskedPeriod
from probe.model.errors import ConfigurationError
from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND, from_iso, to_iso
from probe.store import open_store

UTC = ZoneInfo("UTC")
NOW = from_iso("2026-11-20T19:00:00.5Z")
CHECKS = (
    "version: 1\ntimezone: UTC\n"
    "apis: {shop: {base_url: 'http://127.0.0.1:1', labels: {team: commerce}, checks: {home: {get: /}}}}\n"
)
OLD, NEW = (
    Result(check=check, location="default", scheduled_at=NOW, state=State.UP) for check in ("shop/gone", "shop/home")
)

app = typer.Typer()
app.command()(export)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a file of checks and a store."""
    place = tmp_path_factory.mktemp("export")
    (place / "checks.yaml").write_text(CHECKS)
    with open_store(Sensitive.plain(f"sqlite:///{place}/probe.db")) as store:
        store.record([OLD, NEW])
    return place


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--metrics", "speed"), "--metrics takes usage or rate or"),
        (("--metrics", "usage,results"), "--metrics: results goes alone"),
        (("--metrics", "all"), "csv holds one table a file"),
        (("--metrics", "usage", "--format", "xml"), "--format takes csv or json or ndjson or parquet"),
        (("--metrics", "usage", "--format", "parquet"), "name a file with --output"),
        (("--metrics", "usage", "--by", "team"), "--by takes check or api"),
        (("--metrics", "usage", "--every", "7m"), '--every: "7m" is none of'),
        (("--metrics", "usage", "--every", "1m", "--from", "2020-01-01"), "--every: that makes more than"),
        (("--metrics", "usage", "--from", "soon"), '--from: "soon" is neither a date'),
        (("--metrics", "usage", "--month", "2026"), '--month: "2026" is not a month'),
        (("--metrics", "usage", "--quarter", "2026"), '--quarter: "2026" is not a quarter'),
        (("--metrics", "usage", "--week", "2026-10"), '--week: "2026-10" is not a week'),
        (("--metrics", "usage", "--day", "2026-10"), '--day: "2026-10" is not a day'),
        (("--metrics", "usage", "--year", "26"), '--year: "26" is not a year'),
        (("--metrics", "usage", "--label", "team=sales"), 'the label "team=sales"'),
        (("--metrics", "usage", "--last", "x"), '--last: "x" is not a duration'),
        (("--metrics", "usage", "--last", "99999999d"), "--last: must be at most 36500d"),
        (("--metrics", "usage", "--to", "2020-01-01"), "--to needs --from"),
        (("--metrics", "usage", "--last", "1d", "--month", "2026-01"), "give one"),
        (("--metrics", "usage", "--from", "2020-01-02", "--to", "2020-01-02"), "ends before it begins"),
        (("--metrics", "usage", "--month", "9998-01"), "lies in the future"),
        (("--metrics", "usage", "--output", "no/such/file.csv"), "no/such/file.csv can't be written: No such file"),
        (("--metrics", "usage", "--check", "shop/hom"), 'the check "shop/hom"; did you mean "shop/home"?'),
        (("--metrics", "usage", "--api", "bank"), 'neither the file nor the store has the API "bank"'),
        (("--metrics", "usage", "--location", "moon"), 'the location "moon"'),
    ],
)
def test_what_can_not_be_is_told_and_nothing_is_written(
    arguments: tuple[str, ...], why: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    run = CliRunner().invoke(app, ["-c", "checks.yaml", *arguments])
    assert isinstance(run.exception, ConfigurationError)
    assert why in str(run.exception)
    assert "\n" not in str(run.exception)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "checks"),
    [
        ((), ["shop/gone", "shop/home"]),
        (("--label", "team=commerce"), ["shop/home"]),
        (("--day", "2026-11-20"), ["shop/gone", "shop/home"]),
        (("--week", "2026-W46"), []),
        (("--year", "2026", "--check", "shop/gone"), ["shop/gone"]),
    ],
)
def test_it_is_of_the_period_and_the_checks_that_are_asked_for(
    arguments: tuple[str, ...], checks: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setattr("probe.cli.exporting.export.SystemClock.now", lambda _: NOW + SECOND)
    run = CliRunner().invoke(app, ["--metrics", "results", "--format", "ndjson", "-o", "out.ndjson", *arguments])
    assert run.exit_code == 0, run.exception
    found = (folder / "out.ndjson").read_text().splitlines()
    (folder / "out.ndjson").unlink()
    assert [json.loads(line)["check"] for line in found] == checks


def period(**asked: str) -> tuple[str, str]:
    start, end = AskedPeriod(**asked).read(now=NOW, zone=UTC)
    return to_iso(start), to_iso(end)


def test_the_last_30_days_unless_told_otherwise() -> None:
    assert period() == ("2026-10-21T19:00:00Z", "2026-11-20T19:00:00Z")
    assert period(last="90m") == ("2026-11-20T17:30:00Z", "2026-11-20T19:00:00Z")


def test_no_period_reaches_into_the_future() -> None:
    assert period(month="2026-11") == ("2026-11-01T00:00:00Z", "2026-11-20T19:00:00Z")
    assert period(quarter="2026-Q3") == ("2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z")
    assert period(start="2026-11-20") == ("2026-11-20T00:00:00Z", "2026-11-20T19:00:00Z")
    assert period(start="2026-01-01", end="2030-01-01")[1] == "2026-11-20T19:00:00Z"


def test_a_period_must_have_some_length() -> None:
    with pytest.raises(ConfigurationError, match="ends before it begins"):
        AskedPeriod(last="0s").read(now=NOW - NOW % SECOND, zone=UTC)
