"""Small sites for the report's tests: fixed moments, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from probe.alerting.incidents import incidents
from probe.model.check import Api, CheckFacts, Confirm, Severity
from probe.model.result import AssertionOutcome, Evidence, Record, State, Verdict
from probe.model.sample import FailureKind
from probe.model.sla import GroupRule
from probe.model.units import DAY, HOUR, MINUTE, Micros
from probe.report.site import Site, SiteApi, SiteCheck
from probe.slo.history import History, incidents_of
from probe.slo.past import group_of
from probe.slo.periods import Period
from tests.fakes.history import past as past_of

NOW: Micros = 1_795_176_000_000_000  # 2026-11-20T12:00:00Z, a Friday
ZONE = ZoneInfo("Europe/Berlin")
INTERVAL = 5 * MINUTE
ALL = GroupRule()


def record(at: Micros, state: State = State.UP, *, latency: Micros = 120_000) -> Record:
    failure = FailureKind.TIMEOUT if state is State.DOWN else None
    status = None if failure else 200
    phases = (1_000, 3_000, 9_000, 100, latency - 14_000, 900)
    return Record(at, state, failure, status, latency, phases, 180, 1_420, None)


def slots(start: Micros, end: Micros, state: State = State.UP) -> list[Record]:
    return [record(at, state) for at in range(start, end, INTERVAL)]


def unmeasured(start: Micros, end: Micros, kind: FailureKind = FailureKind.MISSED) -> list[Record]:
    return [
        item._replace(state=State.UNKNOWN, failure=kind, http_status=None, latency_us=None, phases=(None,) * 6)
        for item in slots(start, end)
    ]


def past(
    records: Iterable[Record], *, maintenance: Sequence[Period] = (), runs: int = 1, recoveries: int = 1
) -> History:
    confirm = Confirm(retries=0, after=0, runs=runs, recoveries=recoveries)
    return past_of(records, interval=INTERVAL, now=NOW, zone=ZONE, maintenance=maintenance, confirm=confirm)


def healthy() -> History:
    return past(slots(NOW - 2 * DAY, NOW))


def broken(*, since: Micros = NOW - HOUR) -> History:
    return past(slots(NOW - 2 * DAY, since) + slots(since, NOW, State.DOWN))


def evidence(detail: str = "no response within 10s", actual: str = "503") -> Evidence:
    outcome = AssertionOutcome(expectation="status == 200", verdict=Verdict.FAILED, actual=actual)
    return Evidence(NOW - INTERVAL, State.DOWN, FailureKind.TIMEOUT, None, 10_000_000, 3, detail, (outcome,))


def facts(name: str = "list", *, api: str = "orders", shown: str = "", url: str = "") -> CheckFacts:
    return CheckFacts(
        id=f"{api}/{name}",
        api=api,
        name=shown or name,
        method="GET",
        url=url or "https://orders.example.com/",
        interval=INTERVAL,
        timeout=10_000_000,
        confirm=Confirm(retries=2, after=0),
        expectations=(("status == 200", Severity.FAIL), ("latency < 500ms", Severity.WARN)),
        labels=(("team", "commerce"),),
    )


def check(name: str = "list", *, seen: History | None = None, **shown: str) -> SiteCheck:
    seen = seen or healthy()
    last = seen.past.there[-1].state if seen.past.there else State.UNKNOWN
    failures = (evidence(),) if last is State.DOWN else ()
    return SiteCheck(facts=facts(name, **shown), history=seen, failures=failures)


def group(*checks: SiteCheck, name: str = "Orders API", rule: GroupRule = ALL) -> SiteApi:
    found = group_of([check.history.past for check in checks], rule, until=NOW)
    return SiteApi(
        api=Api(id="orders", name=name, labels=(("tier", "gold"),), group=rule),
        checks=checks,
        past=found,
        incidents=incidents_of(found, incidents(found.outages, max_gap=2 * INTERVAL), now=NOW),
    )


def site(*checks: SiteCheck, simulated_until: Micros | None = None, **shown: str) -> Site:
    return Site(
        title=shown.get("title", "Example APIs"),
        now=NOW,
        timezone="Europe/Berlin",
        version="0.1.0",
        simulated_until=simulated_until,
        notices=(shown.get("notice", "orders/list does not verify TLS"),),
        apis=(group(*(checks or (check(),)), name=shown.get("api_name", "Orders API")),),
    )
