"""A report of service levels, and that it is found out where it doesn't say what the store does."""

from __future__ import annotations

import copy
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from probe.config.load import load
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.ndjson import Json
from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.model.settings import Retention, Settings
from probe.model.units import DAY, HOUR, MINUTE, Micros, from_iso
from probe.report.export import RESULTS, Destination, Format
from probe.report.sla import (
    SEAL,
    Document,
    FindingKind,
    Verification,
    document_of,
    files_of,
    leaves,
    page_of,
    read,
    seal,
)
from probe.runtime.exporting import ExportJob, export_results
from probe.runtime.maintenance import all_windows
from probe.runtime.sla import SlaJob
from probe.runtime.sla_report import SlaReportJob, sla_report
from probe.runtime.verifying import verify
from probe.slo.periods import Period
from probe.store import Store

BERLIN: Final = ZoneInfo("Europe/Berlin")
MONTH: Final = Period(from_iso("2026-09-30T22:00:00Z"), from_iso("2026-10-31T23:00:00Z"))
NOW: Final = from_iso("2026-11-02T10:00:00Z")
BEGAN: Final = from_iso("2026-10-10T00:00:00Z")
STEP: Final = 10 * MINUTE
FILE: Final = """
version: 1
timezone: Europe/Berlin
defaults: {interval: 10m, confirm: {retries: 0, runs: 2}}
report: {title: Shop}
apis:
  shop:
    name: The shop
    base_url: http://127.0.0.1:1
    group: {quorum: 1}
    slo:
      availability: {target: 99.9%, window: month}
      latency: {target: 99%, under: 60ms, window: 30d}
    checks:
      home: {get: /}
      list: {get: /list, interval: 10m, confirm: {retries: 0, runs: 3, recoveries: 2}, apdex: 50ms}
maintenance:
  - {name: deploy, on: {check: shop/home}, daily: {times: "03:00-03:30"}}
"""


def result(check: str, number: int, state: State = State.UP, failure: FailureKind | None = None) -> Result:
    answered = state is not State.UNKNOWN
    return Result(
        check=check,
        location="default",
        scheduled_at=BEGAN + number * STEP,
        state=state,
        failure=failure,
        http_status=200 if answered else None,
        latency_us=20_000 + 7_013 * (number % 11) if answered else None,
        definition="d",
    )


def home(number: int) -> Result:
    if 50 <= number < 60:
        return result("shop/home", number, State.DOWN, FailureKind.TIMEOUT)
    if 200 <= number < 260:
        return result("shop/home", number, State.UNKNOWN, FailureKind.NOT_RUNNING)
    return result("shop/home", number, State.DEGRADED if number == 100 else State.UP)


def listed(number: int) -> Result:
    is_down = 55 <= number < 65 or 300 <= number < 302
    return result("shop/list", number, *((State.DOWN, FailureKind.ASSERTION) if is_down else (State.UP,)))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "checks.yaml").write_text(FILE)
    return load(tmp_path / "checks.yaml")


@pytest.fixture
def filled(store: Store, settings: Settings) -> Store:
    store.register(settings.checks)
    store.record([each(number) for number in range(432) for each in (home, listed)])
    return store


def job(settings: Settings, store: Store, *, now: Micros = NOW, period: Period = MONTH) -> SlaReportJob:
    asked = SlaJob(
        period=period,
        now=now,
        zone=BERLIN,
        location="default",
        rules=settings.sla,
        checks=tuple(check.facts for check in settings.checks),
        apis=settings.apis,
        wanted=("shop/home", "shop/list"),
        windows=all_windows(settings, store),
    )
    return SlaReportJob.of(settings, asked)


def made(settings: Settings, store: Store, *, now: Micros = NOW, period: Period = MONTH) -> Document:
    return document_of(sla_report(job(settings, store, now=now, period=period), store))


@pytest.fixture
def held(settings: Settings, filled: Store, tmp_path: Path) -> Callable[..., Verification]:
    """Verifies a document, or a page."""

    def verified(document: Document, *, page: str | None = None, by: Settings = settings) -> Verification:
        path = tmp_path / ("report.html" if page else "report.json")
        path.write_text(page or json.dumps(document))
        return verify(read(path), by, filled)

    return verified


def sealed(document: Document) -> Document:
    """As somebody would who changes a report and knows how it is sealed."""
    return {**document, SEAL: {"sha256": seal(document), "algorithm": ""}}


def kinds(found: Verification) -> set[FindingKind]:
    return {each.kind for each in found.findings}


def test_a_report_that_nothing_has_happened_to_holds(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    found = held(document)
    assert found.findings == ()
    assert found.agrees
    assert found.figures > 100
    assert held(document, page=page_of(document)).findings == ()


def test_it_has_the_incidents_of_checks_and_apis(settings: Settings, filled: Store) -> None:
    incidents = made(settings, filled)["incidents"]
    assert isinstance(incidents, dict)
    told = {path: value for path, value in leaves(incidents, "") if path.endswith((".cause", ".seconds", ".end"))}
    start = "2026-10-10T08:20:00Z"
    assert told[f".checks[shop/home].incidents[{start}].cause"] == "timeout"
    assert told[f".checks[shop/home].incidents[{start}].seconds"] == 6_000
    assert told[".apis[shop].incidents[2026-10-10T09:10:00Z].seconds"] == 3_000
    assert told[".checks[shop/list].incidents[2026-10-10T09:10:00Z].end"] == "2026-10-10T10:50:00Z"


def numbers(document: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every number."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from numbers(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            yield from numbers(value, (*path, index))
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield path


def changed(document: Document, path: tuple[str | int, ...], change: Callable[[Json], Json]) -> Document:
    """A copy in which one value is another."""
    copied = copy.deepcopy(document)
    place: Json = copied
    for step in path[:-1]:
        place = place[step]  # type: ignore[index]  # the path leads there
    place[path[-1]] = change(place[path[-1]])  # type: ignore[index]  # as above
    return copied


def test_every_number_that_was_changed_is_found_also_where_the_report_was_sealed_anew(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    paths = list(numbers(document))
    assert len(paths) > 80
    for path in paths:
        forged = sealed(
            changed(
                document, path, lambda value: value * 1.0001 + 1 if isinstance(value, float) else int(str(value)) + 1
            )
        )
        found = held(forged)
        assert not found.agrees, path
        assert kinds(found) & {FindingKind.FIGURE, FindingKind.INPUT, FindingKind.RESULTS, FindingKind.PURGED}, path
        if path[0] in ("sla", "incidents"):
            assert any(each.path.endswith(f".{path[-1]}") for each in found.findings), path


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sla", "apis", 0, "slo", 0, "met"), True),
        (("sla", "apis", 0, "slo", 0, "exhausted_at"), "2027-01-01T00:00:00Z"),
        (("incidents", "checks", 0, "incidents", 0, "cause"), "dns"),
        (("incidents", "checks", 0, "incidents", 0, "end"), "2026-10-10T09:00:00Z"),
        (("incidents", "checks"), []),
        (("results", "checks", "shop/home", "digest"), "0" * 64),
        (("results", "digest"), "0" * 64),
        (("configuration", "apis", 0, "objectives", 0, "target"), "90%"),
        (("configuration", "apis", 0, "group", "kind"), "any"),
        (("maintenance", "windows"), []),
        (("title",), "Another"),
    ],
)
def test_other_values_that_were_changed_are_found(
    path: tuple[str | int, ...],
    value: Json,
    settings: Settings,
    filled: Store,
    held: Callable[..., Verification],
) -> None:
    document = made(settings, filled)
    forged = changed(document, path, lambda _: value)
    assert FindingKind.SEAL in kinds(held(forged))
    assert held(sealed(forged)).agrees is (path == ("title",))  # only the seal knows of what isn't computed


def test_results_that_came_later_are_told_of(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    filled.record([home(number) for number in range(432, 435)])
    found = held(document)
    assert not found.agrees
    told = next(each for each in found.findings if each.kind is FindingKind.RESULTS)
    assert told.path == "results.checks.shop/home"
    assert told.message == "the store has 3 slots more than the report: 435 and 432"
    filled.record([result("shop/list", number) for number in (500,)])
    assert "results.checks.shop/list" in {each.path for each in held(document).findings}


def test_an_unknown_that_a_measurement_replaced_is_told_of(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    filled.record([result("shop/home", 200)])
    told = next(each for each in held(document).findings if each.kind is FindingKind.RESULTS)
    assert told.message == "the results are other ones: the same 432 slots, another digest"


def test_maintenance_declared_afterwards_is_told_of_by_name_and_author(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    window = MaintenanceWindow(
        name="forgotten",
        scope=Scope(apis=("shop",)),
        schedule=Once(start=BEGAN + 54 * STEP, end=BEGAN + 58 * STEP),
    )
    filled.maintenance.declare(window, author="kim", now=NOW + HOUR)
    found = held(document)
    assert not found.agrees
    assert kinds(found) == {FindingKind.MAINTENANCE}
    assert 'the window "forgotten" is declared now' in found.findings[0].message
    assert "declared by kim at 2026-11-02T11:00:00Z" in found.findings[0].message
    again = made(settings, filled, now=NOW + 2 * HOUR)
    assert held(again).agrees
    assert again["maintenance"] != document["maintenance"]


def test_a_configuration_that_has_changed_since_is_no_fault_and_what_it_would_change_is_told(
    settings: Settings, filled: Store, held: Callable[..., Verification], tmp_path: Path
) -> None:
    document = made(settings, filled)
    (tmp_path / "checks.yaml").write_text(FILE.replace("99.9%", "90%") + "# changed\n")
    found = held(document, by=load(tmp_path / "checks.yaml"))
    assert found.agrees
    assert kinds(found) == {FindingKind.CONFIGURATION, FindingKind.TODAY}
    today = {each.path for each in found.findings if each.kind is FindingKind.TODAY}
    assert "sla.apis[shop].slo[availability].met" in today
    (tmp_path / "checks.yaml").write_text(FILE + "# changed\n")
    assert [each.path for each in held(document, by=load(tmp_path / "checks.yaml")).findings] == [
        "configuration.sha256"
    ]


def roll_up(store: Store, now: Micros, retention: Retention) -> None:
    while not store.roll_up("default", now=now, zone=BERLIN):
        pass
    for _ in store.purge(retention, now=now):
        pass


def test_years_later_percentiles_are_a_little_coarser_and_all_else_is_the_same(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    roll_up(filled, NOW + 12 * DAY, Retention(raw=DAY, hour=2 * DAY))
    found = held(document)
    assert found.agrees
    assert kinds(found) == {FindingKind.PRECISION}
    assert all(".latency_ms.p" in each.path for each in found.findings)
    forged = sealed(
        changed(document, ("sla", "checks", 0, "latency_ms", "p95"), lambda value: float(str(value)) * 0.99)
    )
    assert FindingKind.FIGURE in kinds(held(forged))


def test_results_that_are_purged_are_told_of_and_not_taken_for_a_difference(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    roll_up(filled, NOW + 12 * DAY, Retention(raw=DAY, hour=2 * DAY, day=3 * DAY))
    found = held(document)
    assert not found.agrees
    assert kinds(found) == {FindingKind.PURGED}
    assert "the store has no results of it any more" in found.findings[0].message


def test_a_report_of_a_period_that_goes_on_is_verified_as_of_when_it_was_made(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    now = BEGAN + 120 * STEP + 17
    document = made(settings, filled, now=now)
    filled.record([home(number) for number in range(432, 435)])
    assert held(document).agrees
    assert "to date" in page_of(document)
    assert "to date" not in page_of(made(settings, filled))


@pytest.mark.parametrize(
    ("ends", "made_at", "said"), [(70, 58, "<td>goes on<td>"), (58, 90, "<td>after the period<td>")]
)
def test_an_incident_of_an_api_goes_on_only_while_the_period_does(
    settings: Settings, filled: Store, ends: int, made_at: int, said: str
) -> None:
    period = Period(MONTH.start, BEGAN + ends * STEP)
    assert said in page_of(made(settings, filled, now=BEGAN + made_at * STEP, period=period))


def test_a_page_that_shows_another_figure_than_it_carries_is_found(
    settings: Settings, filled: Store, held: Callable[..., Verification]
) -> None:
    document = made(settings, filled)
    page = page_of(document)
    assert page.count("1 h 40 min") > 1
    assert kinds(held(document, page=page.replace("1 h 40 min", "0 s", 1))) == {FindingKind.PAGE}


def test_a_digest_can_be_computed_from_an_export_with_a_few_lines(settings: Settings, filled: Store) -> None:
    document = made(settings, filled)
    file = io.BytesIO()
    asked = ExportJob(checks=("shop/home", "shop/list"), locations=("default",), cuts=MONTH, now=MONTH[1], zone=BERLIN)
    with Destination(kind=Format.NDJSON, output=None, standard=file).opened([RESULTS]) as sink:
        list(export_results(asked, filled, sink))
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    digests: dict[str, hashlib._Hash] = {}
    for line in file.getvalue().splitlines():
        each = json.loads(line)
        at = (datetime.fromisoformat(each["scheduled_at"]) - epoch) // timedelta(microseconds=1)
        failure = f" {each['failure']}" if each["failure"] else ""
        digests.setdefault(each["check"], hashlib.sha256()).update(f"{at} {each['state']}{failure}\n".encode())
    told = {path: value for path, value in leaves(document["results"], "") if path.endswith(".digest")}
    for check, digest in digests.items():
        assert told[f".checks.{check}.digest"] == digest.hexdigest()
    assert len(digests) == 2


def test_a_report_is_three_files_and_the_same_data_makes_the_same_page(settings: Settings, filled: Store) -> None:
    report = sla_report(job(settings, filled), filled)
    files = files_of(report, "sla-2026-10")
    assert list(files) == ["sla-2026-10.html", "sla-2026-10.json", "sla-2026-10.csv"]
    document = json.loads(files["sla-2026-10.json"])
    assert page_of(document) == files["sla-2026-10.html"]
    assert files["sla-2026-10.csv"].startswith("kind,id,from,to,")


def test_whatever_somebody_calls_things_is_escaped(settings: Settings, filled: Store) -> None:
    evil = "</script><script>alert(1)</script>\u2028\u202e"
    named = replace(settings, report=replace(settings.report, title=evil))
    page = page_of(made(named, filled))
    assert "<script>alert" not in page
    assert page.count("</script>") == 1
    assert "\u202e" not in page.partition("probe-sla-report")[0]
