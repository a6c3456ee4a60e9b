"""What `probe maintenance` takes, and what it refuses before anything is declared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from probe.cli.maintenance.asked import AskedTimes, this_second
from probe.cli.maintenance.commands import maintenance
from probe.model.errors import ConfigurationError
from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Scope
from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, HOUR, SECOND, from_iso
from probe.store import open_store

NOW = from_iso("2026-11-20T19:00:00Z")
BERLIN = "Europe/Berlin"
CHECKS = """
version: 1
timezone: Europe/Berlin
apis:
  shop:
    base_url: http://127.0.0.1:1
    labels: {team: commerce}
    checks: {home: {get: /}, list: {get: /, labels: {tier: gold}}}
  bank: {base_url: "http://127.0.0.1:1", checks: {home: {get: /}}}
"""
OLD = Result(check="mall/gone", location="default", scheduled_at=NOW, state=State.UP)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With a file of checks and a store that knows one more."""
    (tmp_path / "checks.yaml").write_text(CHECKS)
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path}/probe.db")) as store:
        store.record([OLD])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def windows(folder: Path) -> tuple[MaintenanceWindow, ...]:
    with open_store(Sensitive.plain(f"sqlite:///{folder}/probe.db"), create=False) as store:
        return store.maintenance.windows()


def run(*arguments: str) -> str:
    """What a command prints; whatever it raises is raised."""
    return CliRunner().invoke(maintenance, arguments, catch_exceptions=False).output


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "say which checks: --all, or --check, --api and --label"),
        (("--all", "--api", "shop"), "say which checks: --all, or --check"),
        (("--api", "shopp"), 'neither the file nor the store has the API "shopp"; did you mean "shop"?'),
        (("--check", "shop/hom"), 'has the check "shop/hom"; did you mean "shop/home"?'),
        (("--label", "tier=gild"), 'has the label "tier=gild"; did you mean "tier=gold"?'),
        (("--label", "tier"), '--label takes NAME=VALUE; found "tier"'),
        (("--api", "bank", "--label", "tier=gold"), "no check fits all of that"),
        (("--check", "shop/home", "--api", "bank"), "no check fits all of that"),
        (("--all", "--from", "today"), '--from: "today" is neither a date, such as 2026-11-01, nor a moment'),
        (("--all", "--to", "today"), '--to: "today" is neither a date'),
        (("--all", "--to", "2026-11-01"), "it ends before it begins"),
        (("--all", "--from", "2027-01-02", "--to", "2027-01-01"), "it ends before it begins"),
        (("--all", "--to", "2027-01-01", "--for", "2h"), "--to and --for each say when it ends"),
        (("--all", "--for", "2 hours"), '--for: "2 hours" is not a duration'),
        (("--all", "--for", "0s"), "it ends before it begins"),
        (("--all", "--for", "9999999w"), "--for: the calendar ends before that"),
        (("--all", "--daily", "2-4"), '--daily: "2-4" is not a time of the day from and to, such as 02:00-04:00'),
        (("--all", "--weekly", "02:00-04:00"), '--weekly takes days and times, such as "sun 02:00-04:00"; found'),
        (("--all", "--weekly", "sun,x 02:00-04:00"), '--weekly: "x" is not a day of the week'),
        (("--all", "--monthly", "32 02:00-04:00"), '--monthly: "32" is not a day of the month'),
        (("--all", "--timezone", "Europe/Berlinn"), "is not a time zone; write an IANA name, such as Europe/Berlin; did"),
        (("--all", "--author", "a\nb"), "--author must be 1 to 200 characters that can be printed, on one line"),
        (("--all", "--author", "x" * 201), "--author must be 1 to 200 characters"),
    ],
)  # fmt: skip
def test_what_can_not_be_declared_is_told_and_nothing_is_stored(
    folder: Path, arguments: tuple[str, ...], why: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        run("add", "deploy", *arguments)
    assert why in str(told.value)
    assert windows(folder) == ()


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "two\nlines", "\x1b[31mred"])
def test_a_name_can_be_printed(folder: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="NAME must be 1 to 200 characters that can be printed, on one line"):
        run("add", name, "--all")


def read(**asked: object) -> tuple[object, Once]:
    return AskedTimes(**asked).read(now=NOW, zone=BERLIN)  # type: ignore[arg-type]  # as the command hands them over


def test_without_an_end_it_is_open() -> None:
    assert read() == (Once(start=NOW, end=None), Once(start=NOW, end=None))


def test_an_end_is_a_moment_a_date_of_the_zone_or_so_long_after_the_start() -> None:
    assert read(start="2026-12-01T20:00:00Z", length="2h")[1] == Once(
        start=from_iso("2026-12-01T20:00:00Z"), end=from_iso("2026-12-01T22:00:00Z")
    )
    assert read(end="2026-12-01")[1] == Once(start=NOW, end=from_iso("2026-11-30T23:00:00Z"))
    assert read(end="2026-12-01", timezone="UTC")[1] == Once(start=NOW, end=from_iso("2026-12-01T00:00:00Z"))


def test_several_rules_may_recur_together() -> None:
    rules, _ = read(
        daily=("23:00-02:00",), weekly=("sun,mon:tue 02:00-04:00",), monthly=("1,-1  02:00-04:00",), timezone="UTC"
    )
    assert rules == (
        Recurring(zone="UTC", times=((1380, 120),)),
        Recurring(zone="UTC", times=((120, 240),), weekdays=frozenset({6, 0, 1})),
        Recurring(zone="UTC", times=((120, 240),), days_of_month=((1, 1), (-1, -1))),
    )


def test_a_recurring_window_counts_from_its_declaration_on_unless_told_otherwise(folder: Path) -> None:
    run("add", "nightly", "--all", "--daily", "02:00-04:00")
    run("add", "ever", "--all", "--daily", "02:00-04:00", "--from", "2026-01-01", "--for", "7d")
    nightly, ever = windows(folder)
    assert nightly.since is not None
    assert this_second() - 10 * SECOND <= nightly.since <= this_second()
    assert nightly.until is None
    assert (ever.since, ever.until) == (from_iso("2025-12-31T23:00:00Z"), from_iso("2026-01-07T23:00:00Z"))


def test_a_check_that_only_the_store_knows_may_be_in_maintenance(folder: Path) -> None:
    run("add", "old", "--check", "mall/gone")
    run("add", "old", "--api", "mall")
    assert [window.scope for window in windows(folder)] == [Scope(checks=("mall/gone",)), Scope(apis=("mall",))]


def test_one_in_the_past_says_from_when_on_figures_change(folder: Path) -> None:
    told = run("add", "deploy", "--all", "--from", "2020-01-01", "--to", "2020-01-02")
    assert "it reaches back: figures of 2019-12-31T23:00:00Z and later change with it\n" in told


def test_an_open_one_says_how_it_is_ended(folder: Path) -> None:
    assert run("add", "deploy", "--all").splitlines()[1] == "it goes on until `probe maintenance end m1`"


def test_names_stand_for_the_one_that_goes_on(folder: Path) -> None:
    run("add", "deploy", "--all", "--from", "2020-01-01", "--to", "2020-01-02")
    run("add", "deploy", "--all")
    assert run("end", "deploy").startswith("m2 deploy: ended; it counts up to ")
    run("add", "deploy", "--all", "--from", "2090-01-01")
    run("add", "deploy", "--all", "--from", "2090-02-01")
    with pytest.raises(ConfigurationError, match='several are called "deploy": m3, m4'):
        run("end", "deploy")
    assert run("end", "m4") == "m4 deploy: withdrawn; it doesn't count at all\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("deplo",), 'there is no maintenance window "deplo"; did you mean "deploy"?'),
        (("xyz",), 'there is no maintenance window "xyz"; see `probe maintenance list --all`'),
        (("deploy",), "m1 deploy is over; to have it end earlier give --at"),
        (("deploy", "--at", "2020-01-02"), "m1 deploy had ended by 2020-01-01T23:00:00Z: see `probe maintenance log`"),
        (("deploy", "--at", "2090-01-02"), "--at: 2090-01-01T23:00:00Z lies in the future"),
        (("deploy", "--at", "soon"), '--at: "soon" is neither a date'),
    ],
)
def test_what_can_not_be_ended_is_told(folder: Path, arguments: tuple[str, ...], why: str) -> None:
    run("add", "deploy", "--all", "--from", "2020-01-01", "--to", "2020-01-02")
    with pytest.raises(ConfigurationError) as told:
        run("end", *arguments)
    assert why in str(told.value)
    assert windows(folder)[0].until is None


def test_one_that_was_forgotten_is_ended_at_an_earlier_moment(folder: Path) -> None:
    run("add", "deploy", "--all", "--from", "2020-01-01")
    told = run("end", "deploy", "--at", "2020-01-01T05:00:00Z").splitlines()
    assert told == [
        "m1 deploy: ended; it counts up to 2020-01-01T05:00:00Z and no longer",
        "it reaches back: figures of 2020-01-01T05:00:00Z and later change with it",
    ]
    assert run("end", "deploy", "--at", "2019-12-31").splitlines() == [
        "m1 deploy: withdrawn; it doesn't count at all",
        "it reaches back: figures of 2019-12-31T23:00:00Z and later change with it",
    ]


def test_a_list_has_what_runs_and_what_comes_in_order(folder: Path) -> None:
    assert run("list") == "no maintenance is running or coming\n"
    assert run("list", "--all") == "no maintenance was ever declared\n"
    run("add", "over", "--all", "--from", "2020-01-01", "--for", "1h")
    run("add", "later", "--all", "--from", "2090-02-01", "--for", "1h")
    run("add", "soon", "--label", "tier=gold", "--from", "2090-01-01", "--for", "1h")
    run("add", "now", "--all")
    run("end", "later")
    assert [line.split()[:3] for line in run("list").splitlines()] == [
        ["id", "state", "name"],
        ["m4", "running", "now"],
        ["m3", "coming", "soon"],
    ]
    everything = json.loads(run("list", "--all", "--format", "json"))
    assert [(each["name"], each["state"]) for each in everything] == [
        ("now", "running"),
        ("soon", "coming"),
        ("over", "over"),
        ("later", "withdrawn"),
    ]
    assert everything[1] == {
        "id": "m3", "name": "soon", "origin": "command",
        "checks": [], "apis": [], "labels": {"tier": "gold"}, "intervals": [],
        "from": "2089-12-31T23:00:00Z", "to": "2090-01-01T00:00:00Z",
        "state": "coming", "next": {"from": "2089-12-31T23:00:00Z", "to": "2090-01-01T00:00:00Z"},
    }  # fmt: skip


def test_a_rule_is_told_in_alertmanager_s_words(folder: Path) -> None:
    run("add", "nightly", "--all", "--weekly", "sun 02:00-24:00", "--timezone", "UTC")
    run("add", "monthly", "--all", "--monthly", "-3:-1 23:00-01:00", "--timezone", "UTC")
    told = json.loads(run("list", "--format", "json"))
    named = {each["name"]: each["intervals"] for each in told}
    empty = {"days_of_month": [], "weekdays": [], "months": [], "years": [], "location": "UTC"}
    assert named == {
        "nightly": [{**empty, "times": [{"start_time": "02:00", "end_time": "24:00"}], "weekdays": ["sunday"]}],
        "monthly": [{**empty, "times": [{"start_time": "23:00", "end_time": "01:00"}], "days_of_month": ["-3:-1"]}],
    }


def test_the_log_says_who_did_what_and_whether_it_reaches_back(folder: Path) -> None:
    assert run("log") == "nothing was ever said about maintenance\n"
    run("add", "deploy", "--all", "--author", "alice", "--from", "2020-01-01", "--for", "1h")
    run("add", "nightly", "--all", "--author", "bob", "--daily", "02:00-04:00", "--from", "2090-01-01")
    first, second = run("log").splitlines()[1:]
    assert " alice  declared  m1  deploy " in first
    assert first.rstrip().endswith("afterwards: from 2019-12-31T23:00:00Z")
    assert second.rstrip().endswith("–")
    told = json.loads(run("log", "--format", "json"))
    assert [(each["by"], each["afterwards"], each["window"]["name"]) for each in told] == [
        ("alice", True, "deploy"),
        ("bob", False, "nightly"),
    ]


def test_windows_of_the_file_are_listed_and_their_changes_logged(folder: Path) -> None:
    """As a daemon with other windows in its file would have noted them."""
    window = MaintenanceWindow(name="nightly", scope=Scope(), schedule=(Recurring(zone="UTC"),))
    with open_store(Sensitive.plain(f"sqlite:///{folder}/probe.db")) as store:
        store.maintenance.note_file([window], location="default", author="checks.yaml", now=NOW)
        shorter = replace(window, schedule=Once(start=NOW, end=NOW + HOUR))
        store.maintenance.note_file([shorter], location="default", author="checks.yaml", now=NOW + DAY)
    first, second = run("log").splitlines()[1:]
    assert " checks.yaml at default  added " in first
    assert "  file  nightly " in first
    assert first.rstrip().endswith("afterwards: all")
    assert " changed " in second
    assert json.loads(run("log", "--format", "json"))[1]["before"]["intervals"]
    with pytest.raises(ConfigurationError, match="--format takes table or json"):
        run("log", "--format", "csv")
