"""The known answers: figures that stand in the literature, or are plain arithmetic, through the command."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.sla.stage import DAY, HOUR, MINUTE, NOWHERE, SECOND, Json, Stage, Tree, iso, line, moment
from tests.reference.past import DOWN, UP, Seen


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(folder=tmp_path, environment={"PROBE_STORE": f"sqlite:///{tmp_path}/probe.db"})


def one_api(checks: Mapping[str, Tree], **more: object) -> Tree:
    """A file with an API called shop."""
    return {"apis": {"shop": {"base_url": NOWHERE, "checks": checks}}, **more}


def check(**more: object) -> Tree:
    return {"get": "/", **more}


def held_against(target: str, window: str) -> Tree:
    """A check with an objective of availability."""
    return check(slo={"availability": {"target": target, "window": window}})


def up(at: int, interval: int = MINUTE) -> Seen:
    return Seen(at=at, state=UP, interval=interval, latency=100_000, status=200)


def down(at: int, interval: int = MINUTE) -> Seen:
    return Seen(at=at, state=DOWN, interval=interval, latency=100_000, status=503, failure="assertion")


def lines(history: Iterable[Seen], *checks: str) -> list[str]:
    """The same history of each."""
    return [line(f"shop/{name}", seen) for seen in history for name in checks]


def of_checks(answer: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    """Figures by the name of the check."""
    listed = answer["checks"]
    assert isinstance(listed, list)
    found = {}
    for entry in listed:
        assert isinstance(entry, dict)
        found[str(entry["check"]).removeprefix("shop/")] = entry
    return found


def objective(entry: Mapping[str, Json]) -> dict[str, Json]:
    """The only one of a check."""
    listed = entry["slo"]
    assert isinstance(listed, list)
    [found] = listed
    assert isinstance(found, dict)
    return found


def budgets(stage: Stage, cases: Mapping[str, Tree], *period: str, **more: object) -> dict[str, Json]:
    """The whole budget of each of these checks, seconds."""
    stage.write(one_api(cases, **more))
    stage.bring_in(lines([up(moment("2026-01-01T12:00:00Z"))], *cases))
    answer = of_checks(stage.json("sla", *period))
    return {name: objective(entry)["budget_seconds"] for name, entry in answer.items()}


def test_t1_minutes_that_three_nines_allow(stage: Stage) -> None:
    minutes = {"30d": 43.2, "7d": 10.08, "28d": 40.32, "31d": 44.64, "90d": 129.6, "365d": 525.6}
    found = budgets(stage, {window: held_against("99.9%", window) for window in minutes}, "--month", "2026-01")
    assert found == {window: round(allowed * 60, 6) for window, allowed in minutes.items()}


def test_t2_what_other_targets_allow(stage: Stage) -> None:
    seconds = {
        ("99.95%", "30d"): 21.6 * 60,
        ("99.99%", "30d"): 4.32 * 60,
        ("99.99%", "365d"): 52.56 * 60,
        ("99.999%", "30d"): 25.92,
        ("99.999%", "365d"): 5.256 * 60,
        ("99%", "30d"): 432 * 60,
    }
    cases = {f"case-{number}": held_against(*case) for number, case in enumerate(seconds)}
    found = budgets(stage, cases, "--month", "2026-01")
    assert list(found.values()) == [round(allowed, 6) for allowed in seconds.values()]


def test_t3_fifteen_minutes_of_six_hours(stage: Stage) -> None:
    start = moment("2026-06-01T00:00:00Z")
    history = [(down if 100 <= minute < 115 else up)(start + minute * MINUTE) for minute in range(360)]
    stage.write(one_api({"home": check()}))
    stage.bring_in(lines(history, "home"))
    period = ("--from", iso(start), "--to", iso(start + 6 * HOUR))
    entry = of_checks(stage.json("sla", *period))["home"]
    assert entry["availability"] == 345 / 360
    assert (entry["downtime_seconds"], entry["coverage"], entry["incidents"]) == (900, 1, 1)
    assert "95.83" in stage.probe("sla", *period).output


def test_t4_a_week_of_minutes_at_three_and_a_half_nines(stage: Stage) -> None:
    cases = {"home": held_against("99.95%", "7d")}
    found = budgets(stage, cases, "--month", "2026-01", sla={"method": "timeslices", "slice": "1m"})
    assert found == {"home": 302.4}


@pytest.mark.parametrize(
    ("rate", "length", "share", "lasts"),
    [
        (14.4, HOUR, 0.02, 50 * HOUR),
        (6, 6 * HOUR, 0.05, 5 * DAY),
        (3, DAY, 0.1, 10 * DAY),
        (1, 3 * DAY, 0.1, 30 * DAY),
    ],
)
def test_t6_what_a_burn_rate_spends_and_when_nothing_is_left(
    rate: float, length: int, share: float, lasts: int, stage: Stage
) -> None:
    start = moment("2026-06-01T00:00:00Z")
    failed = round(length * rate / 1_000)  # of 99.9 %
    gap = {"max_gap": "4d"}
    stage.write(one_api({"home": held_against("99.9%", "30d")}, sla=gap))
    stage.bring_in(lines([up(start), down(start + HOUR // 2), up(start + HOUR // 2 + failed)], "home"))
    entry = of_checks(stage.json("sla", "--from", iso(start), "--to", iso(start + length)))["home"]
    found = objective(entry)
    assert found["burn_rate"] == rate
    assert found["spent_seconds"] == failed / SECOND
    assert found["remaining_ratio"] == 1 - share
    assert found["exhausted_at"] == iso(start + lasts)


def pairs(answer: Mapping[str, Json]) -> dict[int, dict[str, Json]]:
    """What the burn windows of the check's only objective tell, by the hours of the long one."""
    listed = answer["objectives"]
    assert isinstance(listed, list)
    [found] = [each for each in listed if isinstance(each, dict) and each["kind"] == "check"]
    told = found["burn"]
    assert isinstance(told, list)
    return {int(float(str(pair["long_seconds"]))) // 3_600: pair for pair in told if isinstance(pair, dict)}


@pytest.mark.parametrize(
    ("window", "shares", "rates"),
    [
        ("30d", ("2%", "5%", "10%", "10%"), [14.4, 6, 3, 1]),
        ("28d", ("2%", "5%", "10%", "10%"), [13.44, 5.6, 2.8, 14 / 15]),
        ("7d", ("8%", "12.5%", "20%", "42%"), [13.44, 3.5, 1.4, 0.98]),
    ],
)
def test_t7_from_which_burn_rate_on_a_pair_of_windows_tells(
    window: str, shares: tuple[str, ...], rates: list[float], stage: Stage
) -> None:
    windows = (("1h", "5m"), ("6h", "30m"), ("1d", "2h"), ("3d", "6h"))
    burn = [
        {"level": "critical", "long": long, "short": short, "budget": share}
        for (long, short), share in zip(windows, shares, strict=True)
    ]
    slo = {"availability": {"target": "99.9%", "window": window, "burn": burn}}
    stage.write(one_api({"home": check(slo=slo)}))
    stage.bring_in(lines([up(moment("2026-06-01T00:00:00Z"))], "home"))
    assert [pair["rate"] for pair in pairs(stage.json("slo")).values()] == rates


def test_t8_how_soon_the_long_windows_tell_of_a_total_outage(stage: Stage) -> None:
    outage = moment("2026-06-08T00:00:00Z")
    slo = {"availability": {"target": "99.9%", "window": "30d", "min_bad_samples": 1}}
    stage.write(one_api({"home": check(slo=slo)}, sla={"max_gap": "8d"}))
    stage.bring_in(lines([up(outage - 7 * DAY), down(outage)], "home"))
    seconds = {1: 51.84, 6: 129.6, 24: 259.2, 72: 259.2}  # 0.864, 2.16, 4.32 and 4.32 minutes
    for hours, after in seconds.items():
        reached = outage + round(after * SECOND)
        told = [pairs(stage.json("slo", "--to", iso(at)))[hours]["burning"] for at in (reached - 10_000, reached)]
        assert told == [False, True], hours


MONTHS: Final = {
    ("Europe/Berlin", "2026-03"): 44_580,
    ("Europe/Berlin", "2026-10"): 44_700,
    ("America/New_York", "2026-11"): 43_260,
    ("Australia/Lord_Howe", "2026-04"): 43_230,
    ("Australia/Lord_Howe", "2026-10"): 44_610,
    ("UTC", "2026-03"): 44_640,
}
"""Minutes."""


@pytest.mark.parametrize(("zone", "month"), MONTHS)
def test_t14_a_month_is_as_long_as_its_zone_has_it(zone: str, month: str, stage: Stage) -> None:
    found = budgets(stage, {"home": held_against("99.9%", "month")}, "--month", month, timezone=zone)
    assert found == {"home": MONTHS[zone, month] * 60 / 1_000}


@pytest.mark.parametrize(
    ("day", "after", "hours"), [("2026-03-29", "2026-03-30", 23), ("2026-10-25", "2026-10-26", 25)]
)
def test_t14_a_day_is_as_long_as_its_zone_has_it(day: str, after: str, hours: int, stage: Stage) -> None:
    cases = {"home": held_against("99.9%", "day")}
    found = budgets(stage, cases, "--from", day, "--to", after, timezone="Europe/Berlin")
    assert found == {"home": hours * 3_600 / 1_000}


def test_t14_a_whole_month_of_downtime_is_as_long_as_the_month(stage: Stage) -> None:
    stage.write(one_api({"home": check(interval="1h")}, timezone="Europe/Berlin"))
    start, end = moment("2026-02-28T23:00:00Z"), moment("2026-03-31T22:00:00Z")
    stage.bring_in(lines([down(at, HOUR) for at in range(start, end, HOUR)], "home"))
    entry = of_checks(stage.json("sla", "--month", "2026-03"))["home"]
    assert (entry["downtime_seconds"], entry["availability"], entry["coverage"]) == (44_580 * 60, 0, 1)


PAIRS: Final = ("1h/5m", "6h/30m", "1d/2h", "3d/6h")


@pytest.mark.parametrize(
    ("interval", "hasty"), [(51_840, 0), (51_841, 1), (129_600, 1), (129_601, 2), (259_200, 2), (259_201, 4)]
)
def test_t18_which_interval_lets_a_single_failure_set_off_which_window(interval: int, hasty: int, stage: Stage) -> None:
    slo = {"availability": {"target": "99.9%", "window": "30d"}}
    stage.write(one_api({"home": check(interval=f"{interval}ms", slo=slo)}))
    answer = stage.probe("validate")
    assert answer.status == 0
    told = [each for each in (answer.output + answer.errors).splitlines() if "one failed result alone" in each]
    assert len(told) == (hasty > 0)
    assert [pair for pair in PAIRS if any(pair in each for each in told)] == list(PAIRS[:hasty])
    for limit in ("51.84s", "2m9.6s", "4m19.2s")[: {4: 3}.get(hasty, hasty)]:
        assert limit in told[0]
