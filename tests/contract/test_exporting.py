"""What comes out of a store: the figures of its results, whatever they were rolled up into, and the results themselves."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from probe.model.check import Api
from probe.model.definition import Definition
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.ndjson import to_json
from probe.model.result import Result, State
from probe.model.sensitive import Sensitive
from probe.model.settings import ReportSettings, Retention, Settings
from probe.model.sla import GroupKind, GroupRule, MaintenanceRule, Method, SlaRules, UnknownRule
from probe.model.units import DAY, HOUR, MINUTE, SECOND, to_iso
from probe.report.export import RESULTS, TABLES, AnyTable, Destination, Format
from probe.runtime.exporting import WINDOW, ExportJob, export_figures, export_results
from probe.runtime.importing import import_results
from probe.runtime.lines import read_lines
from probe.runtime.sla import SlaJob, assess
from probe.slo.availability import StateTime
from probe.slo.periods import CalendarStep, Period, Step, cuts
from probe.slo.service_level import ServiceLevel
from probe.store import Store, open_store
from tests.fakes.pasts import BERLIN, INTERVAL, T0, facts, filled, result, roll_up, troubled

EVER: Final = 1 << 60
LATER: Final = T0 + 200 * DAY


def history(check: str, *, days: int, down: Sequence[int] = (), unknown: Sequence[int] = ()) -> list[Result]:
    """A result every ten minutes; some tens of minutes are different."""
    states = dict.fromkeys(down, State.DOWN) | dict.fromkeys(unknown, State.UNKNOWN)
    return [result(check, 10 * slot, states.get(slot, State.UP)) for slot in range(days * 144)]


def job(
    store: Store, start: int, end: int, step: Step = CalendarStep.DAY, *, goes_on: bool = True, **more: Any
) -> ExportJob:
    return ExportJob(
        checks=store.checks(),
        locations=store.locations(),
        cuts=cuts(Period(start, end), step, zone=BERLIN),
        now=LATER,
        zone=BERLIN,
        **{"defined": tuple(map(facts, store.checks())) if goes_on else (), **more},
    )


def figures(store: Store, asked: ExportJob, *metrics: str, by_api: bool = False) -> list[dict[str, object]]:
    file = io.BytesIO()
    tables: list[AnyTable] = [TABLES[metric] for metric in metrics]
    with Destination(kind=Format.NDJSON, output=None, standard=file).opened(tables) as sink:
        list(export_figures(asked, store, sink, metrics, by_api=by_api))
    return [json.loads(line) for line in file.getvalue().splitlines()]


def whole(store: Store, asked: ExportJob) -> bytes:
    file = io.BytesIO()
    with Destination(kind=Format.NDJSON, output=None, standard=file).opened([RESULTS]) as sink:
        list(export_results(asked, store, sink))
    return file.getvalue()


def configuration(folder: Path) -> Settings:
    """That of another store, without checks."""
    return Settings(
        source="checks.yaml",
        store=Sensitive.plain(f"sqlite:///{folder}/other.db"),
        timezone="UTC",
        location="elsewhere",
        listen=None,
        report=ReportSettings(directory="reports", every=MINUTE, title=""),
        apis=(),
        checks=(),
    )


def opened_lines(lines: bytes) -> io.BufferedReader:
    source = io.BytesIO(lines)
    return io.BufferedReader(source)


@pytest.mark.parametrize("step", [HOUR, CalendarStep.DAY, CalendarStep.WHOLE])
def test_figures_are_the_same_from_rollups_as_from_results(store: Store, step: Step) -> None:
    down, unknown = [*range(20, 60), 500], [*range(58, 70), 300]
    filled(store, *history("shop/list", days=5, down=down, unknown=unknown), *history("shop/home", days=3, down=[7]))
    asked = job(store, T0 - DAY, T0 + 6 * DAY, step)
    before = figures(store, asked, *TABLES)
    roll_up(store, T0 + 6 * DAY)
    after = figures(store, asked, *TABLES)
    assert len(before) > len(TABLES)
    assert before == after


def test_parts_come_to_what_the_whole_does(store: Store) -> None:
    filled(store, *history("shop/list", days=4, down=range(100, 130), unknown=[7, 8]))
    period = T0 + 3 * HOUR, T0 + 4 * DAY
    (total,) = figures(store, job(store, *period, CalendarStep.WHOLE), "availability")
    hours = figures(store, job(store, *period, HOUR), "availability")
    for name in ("up_seconds", "down_seconds", "unknown_seconds"):
        assert sum(float(str(hour[name])) for hour in hours) == total[name]
    assert total["down_seconds"] == 30 * 600
    assert total["availability"] == 1 - 30 * 600 / (4 * 86_400 - 3 * 3_600)
    (runs,) = figures(store, job(store, *period, CalendarStep.WHOLE), "rate")
    assert runs["runs"] == sum(1 for slot in range(4 * 144) if slot * 10 >= 180)


def test_what_was_found_before_the_period_is_held_into_it(store: Store) -> None:
    filled(store, result("shop/list", 0, State.DOWN), result("shop/list", 10))
    (found,) = figures(store, job(store, T0 + 5 * MINUTE, T0 + 20 * MINUTE, CalendarStep.WHOLE), "availability")
    assert (found["down_seconds"], found["up_seconds"]) == (300, 600)


def test_a_day_is_the_zone_s_and_parts_without_anything_are_left_out(store: Store) -> None:
    filled(store, *history("shop/list", days=1))
    found = figures(store, job(store, T0 - 3 * DAY, T0 + 3 * DAY, goes_on=False), "rate")
    assert [(each["from"], each["to"], each["runs"]) for each in found] == [
        ("2026-10-31T23:00:00Z", "2026-11-01T23:00:00Z", 138),
        ("2026-11-01T23:00:00Z", "2026-11-02T23:00:00Z", 6),
    ]


def test_what_is_measured_still_is_unknown_where_there_is_nothing_and_what_is_retired_is_not_there(
    store: Store,
) -> None:
    filled(store, *history("shop/list", days=1))
    period = T0, T0 + 2 * DAY
    (living,) = figures(store, job(store, *period, CalendarStep.WHOLE), "availability")
    (retired,) = figures(store, job(store, *period, CalendarStep.WHOLE, goes_on=False), "availability")
    assert (living["up_seconds"], living["unknown_seconds"]) == (86_400 + 600, 86_400 - 600)
    assert (retired["up_seconds"], retired["unknown_seconds"]) == (86_400 + 600, 0)


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_a_check_that_was_there_before_is_unknown_until_it_is_measured_again(store: Store, is_rolled_up: bool) -> None:
    filled(store, *history("shop/list", days=1), *(result("shop/list", 5 * 1_440 + 10 * slot) for slot in range(144)))
    if is_rolled_up:
        roll_up(store, T0 + 6 * DAY)
    period = T0 + 3 * DAY, T0 + 6 * DAY
    (found,) = figures(store, job(store, *period, CalendarStep.WHOLE), "availability")
    assert (found["unknown_seconds"], found["up_seconds"]) == (2 * 86_400, 86_400)
    assert (found["availability"], found["coverage"]) == (1.0, 1 / 3)
    (younger,) = figures(store, job(store, T0 - DAY, T0 + DAY, CalendarStep.WHOLE), "availability")
    assert younger["unknown_seconds"] == 0


def test_an_api_is_as_weak_as_its_weakest_check(store: Store) -> None:
    filled(
        store,
        *history("shop/list", days=1, down=range(10, 20)),
        *history("shop/home", days=1, down=range(15, 30)),
        *history("bank/pay", days=1),
    )
    asked = job(store, T0, T0 + DAY, CalendarStep.WHOLE)
    bank, shop = figures(store, asked, "availability", by_api=True)
    assert (bank["api"], bank["check"], bank["availability"]) == ("bank", None, 1.0)
    assert (shop["api"], shop["down_seconds"], shop["up_seconds"]) == ("shop", 20 * 600, 86_400 - 20 * 600)
    _, usage = figures(store, asked, "rate", by_api=True)
    assert (usage["runs"], usage["down"]) == (288, 25)
    by_hour = figures(store, job(store, T0, T0 + DAY, HOUR), "availability", by_api=True)
    assert sum(float(str(each["down_seconds"])) for each in by_hour if each["api"] == "shop") == 20 * 600


def test_each_location_has_figures_of_its_own(store: Store) -> None:
    filled(store, result("shop/list", 0), result("shop/list", 0, State.DOWN, location="west"))
    found = figures(store, job(store, T0, T0 + HOUR), "usage")
    assert [(each["location"], each["value"]) for each in found if each["kind"] == "state"] == [
        ("default", "up"),
        ("west", "down"),
    ]


def test_a_period_longer_than_what_is_read_at_once(store: Store) -> None:
    results = [result("shop/list", minute) for minute in range(0, 100 * 1_440, 360)]
    store.define([Definition(check="shop/list", fingerprint="d", interval=6 * HOUR)])
    store.record(results)
    found = figures(store, job(store, T0, T0 + 100 * DAY), "rate", "availability")
    assert 100 * DAY > 3 * WINDOW
    assert sum(int(str(each["runs"])) for each in found if "runs" in each) == 400
    assert {each["availability"] for each in found if "availability" in each} == {1.0}


def test_a_store_without_results_has_no_rows(store: Store) -> None:
    assert figures(store, job(store, T0, T0 + DAY), *TABLES) == []
    assert whole(store, job(store, T0, T0 + DAY)) == b""


def test_steps_tell_how_far_it_has_come(store: Store) -> None:
    filled(store, result("shop/list", 0), result("shop/home", 0), result("bank/pay", 0))
    sink = Destination(kind=Format.NDJSON, output=None, standard=io.BytesIO())
    asked = job(store, T0, T0 + DAY)
    with sink.opened([RESULTS]) as opened:
        assert list(export_results(asked, store, opened)) == [1, 2, 3]
    with sink.opened([TABLES["rate"]]) as opened:
        assert list(export_figures(asked, store, opened, ["rate"], by_api=False)) == [1, 2, 3]
        assert list(export_figures(asked, store, opened, ["rate"], by_api=True)) == [1, 3]


def test_what_is_exported_can_be_imported_elsewhere(store: Store, tmp_path: Path) -> None:
    down, unknown = range(20, 60), range(100, 110)
    filled(store, *history("shop/list", days=2, down=down, unknown=unknown), *history("shop/home", days=1))
    asked = job(store, T0, T0 + 2 * DAY)
    lines = whole(store, asked)
    settings = configuration(tmp_path)
    with open_store(settings.store) as second:
        source = read_lines(opened_lines(lines))
        *_, total = import_results(source, second, settings, now=T0 + 3 * DAY)
        assert (total.new, total.bad) == (3 * 144, 0)
        assert figures(second, asked, *TABLES) == figures(store, asked, *TABLES)
        for check in store.checks():
            assert list(second.records(check, start=0, end=EVER)) == list(store.records(check, start=0, end=EVER))
        first, again = (sorted(each.splitlines()) for each in (lines, whole(second, asked)))
    told = [[json.loads(line) | {"definition": None} for line in each] for each in (first, again)]
    assert told[0] == told[1]


def test_history_that_was_imported_survives_its_retention_and_being_imported_again(
    store: Store, tmp_path: Path
) -> None:
    now = T0 + 40 * DAY
    results = history("shop/list", days=3, down=[*range(20, 60), 300], unknown=[70])
    lines = b"\n".join(json.dumps(to_json(each, INTERVAL)).encode() for each in results)
    settings = configuration(tmp_path)
    asked = job(store, T0 - DAY, T0 + 5 * DAY, HOUR, goes_on=False)

    def bring_in() -> int:
        *_, total = import_results(read_lines(opened_lines(lines)), store, settings, now=now)
        while not store.roll_up("default", now=now, zone=BERLIN):
            pass
        assert sum(purged.rows for purged in store.purge(Retention(raw=DAY, evidence=None), now=now))
        return total.new

    store.record([result("shop/new", 40 * 24 * 60 - 5)])
    roll_up(store, now)
    assert bring_in() == len(results)
    asked = replace(asked, checks=("shop/list",), locations=("default",))
    with open_store(settings.store) as other:
        expected = figures(filled(other, *results), asked, *TABLES)
    assert whole(store, asked) == b""
    assert figures(store, asked, *TABLES) == expected
    bring_in()
    assert figures(store, asked, *TABLES) == expected


def test_results_are_those_of_the_period(store: Store) -> None:
    filled(store, *(result("shop/list", minute) for minute in range(0, 60, 10)))
    lines = [json.loads(line) for line in whole(store, job(store, T0 + 10 * MINUTE, T0 + 30 * MINUTE)).splitlines()]
    assert [line["scheduled_at"] for line in lines] == [to_iso(T0 + minute * MINUTE) for minute in (10, 20)]


def test_borders_of_windows_are_those_of_parts(opened: Callable[[], Store]) -> None:
    store = filled(opened(), *history("shop/list", days=40, down=range(31 * 144 - 3, 31 * 144 + 3)))
    found = figures(store, job(store, T0, T0 + 40 * DAY, HOUR), "availability")
    spans = [(each["from"], each["to"]) for each in found]
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert sum(float(str(each["down_seconds"])) for each in found) == 6 * 600


SAME: Final = ("availability", "coverage", "best", "worst", "down_seconds", "unknown_seconds", "maintenance_seconds")


def of_level(level: ServiceLevel) -> tuple[float | None, ...]:
    """The same of `probe sla`."""
    ratios = (level.attained.availability, level.coverage, level.attained.best, level.attained.worst)
    seconds = (level.time.down, level.time.unknown, level.time.maintenance)
    return (*(None if ratio is None else float(ratio) for ratio in ratios), *(each / SECOND for each in seconds))


GROUPS: Final = (
    GroupRule(),
    GroupRule(kind=GroupKind.ANY),
    GroupRule(kind=GroupKind.QUORUM, quorum=2),
    GroupRule(kind=GroupKind.MEAN),
)


@pytest.mark.parametrize("seed", range(8))
def test_availability_is_what_probe_sla_says_of_the_same_period(store: Store, seed: int) -> None:
    chance = random.Random(seed)
    ids = ("shop/list", "shop/home", "shop/pay")
    filled(store, *(each for id_ in ids for each in troubled(id_, chance)))
    defined = tuple(facts(id_, runs=chance.randint(1, 3), recoveries=chance.randint(1, 3)) for id_ in ids)
    rules = SlaRules(
        method=chance.choice(list(Method)),
        unknown=chance.choice(list(UnknownRule)),
        maintenance=chance.choice(list(MaintenanceRule)),
    )
    window = Once(start=T0 + 40 * HOUR, end=T0 + chance.randrange(41, 60) * HOUR)
    windows = (MaintenanceWindow(name="move", scope=Scope(checks=ids[: 1 + seed % 3]), schedule=window),)
    apis = (Api(id="shop", name="Shop", group=GROUPS[seed % len(GROUPS)]),)
    if seed % 2:
        roll_up(store, T0 + 5 * DAY)
    asked = job(store, T0 + 3 * HOUR, T0 + 4 * DAY, apis=apis, rules=rules, windows=windows, defined=defined)

    def told(start: int, end: int) -> list[tuple[float | None, ...]]:
        """By `probe sla`."""
        period = Period(start, end)
        by_sla = SlaJob(
            period=period, now=LATER, zone=BERLIN, location="default", rules=rules, checks=defined, apis=apis,
            wanted=store.checks(), windows=windows,
        )  # fmt: skip
        assessed = assess(by_sla, store)
        return [of_level(level) for level in (*assessed.checks, *assessed.apis) if level.time != StateTime()]

    exported = [each for by_api in (False, True) for each in figures(store, asked, "availability", by_api=by_api)]
    for start, end in pairwise(asked.cuts):
        of_part = [each for each in exported if each["from"] == to_iso(start)]
        assert sorted(map(str, told(start, end))) == sorted(str(tuple(each[name] for name in SAME)) for each in of_part)
