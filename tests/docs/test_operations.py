"""What the operations page tells of numbers, metrics, failures and fields is what the code has."""

from __future__ import annotations

import re

import pytest

from probe.alerting.delivering import JITTER, PAUSES
from probe.alerting.emergencies import PATIENCE as EMERGENCY
from probe.assertions.conclusion import OWN_FAILURES
from probe.model.errors import ConfigurationError, StoreError
from probe.model.ndjson import to_json
from probe.model.result import Result, State, Verdict
from probe.model.run import MAX_GAP
from probe.model.sample import PHASES, CertificateFacts, FailureKind, Phases, TlsFacts
from probe.model.units import DAY, HOUR, MINUTE, SECOND
from probe.runtime.alerts import frames
from probe.runtime.alerts.alerter import FAREWELL_SECONDS
from probe.runtime.alerts.dispatcher import LEASE
from probe.runtime.alerts.frames import Status
from probe.runtime.alerts.heartbeat import SHORTEST
from probe.runtime.alerts.lane import LONGEST_REST, MOST_AT_ONCE, SEND_SECONDS
from probe.runtime.alerts.planner import LEASE as PLANNING
from probe.runtime.app import DRAIN_SECONDS, FINISH_SECONDS
from probe.runtime.committing import PATIENCE
from probe.runtime.control import PAUSE, ControlState
from probe.runtime.health import STALL_SECONDS, UNHEALTHY_LAG, Health
from probe.runtime.lag import LAG_LIMIT
from probe.runtime.listener import IDLE_SECONDS, MOST_CONNECTIONS
from probe.runtime.outage import LONGEST_PAUSE
from probe.runtime.publisher import LONGEST
from probe.runtime.runs import MOST_FILLED
from probe.runtime.scheduler import GRACE, JUMP, LOOK_AHEAD
from probe.runtime.telemetry import Telemetry
from probe.runtime.waiting import MOST_PENDING
from tests.docs.pages import ROOT, blocks, first_column, flat, read, rows, spans
from tests.fakes.checks import make_check

PAGE = read("docs/operations.md")
ARCHITECTURE = read("docs/architecture.md")
RESULT = Result(
    check="shop/home",
    location="default",
    scheduled_at=0,
    state=State.UP,
    phases=Phases(**dict.fromkeys(PHASES, 1)),
    http_version="HTTP/1.1",
    tls=TlsFacts(version="TLSv1.3", cipher=None, chain=(CertificateFacts(not_after=SECOND),)),
)
ALERTS = Status(planned_at=1, waiting={"ops": 1}, delivered={"ops": 1})
HEALTH = Health(
    is_ready=True, faults=(), pending=0, stored=0, lost=0, control=(ControlState("a.example", True),),
    is_alerting=True, alerts=ALERTS,
)  # fmt: skip


def spoken(duration: int) -> str:
    """As the page writes it: `5 s`, `2 min`, `1 h`."""
    unit, size = ("h", HOUR) if duration >= HOUR else ("min", MINUTE) if duration >= MINUTE else ("s", SECOND)
    return f"{duration // size} {unit}"


def metrics() -> dict[str, set[str]]:
    """Each metric's labels, as Prometheus gets them once one check has run."""
    telemetry = Telemetry(lambda: HEALTH)
    telemetry.observe(make_check(), RESULT)
    samples = [line for line in "".join(telemetry.pieces()).splitlines() if not line.startswith("#")]
    names = [line.partition(" ")[0].partition("{") for line in samples]
    return {name: {pair.partition("=")[0] for pair in rest.split(",") if "=" in pair} for name, _, rest in names}


def test_every_metric_is_told_with_its_labels() -> None:
    told = {
        spans(row[0])[0]: set(spans(row[1])) for row in rows(PAGE, "Health and metrics") if row[0].startswith("`probe")
    }
    assert told == metrics()


def test_the_alerts_for_prometheus_use_metrics_that_exist() -> None:
    rules = blocks(ROOT / "docs/operations.md", "yml")[0].text
    used = set(re.findall(r"probe_\w+", rules))
    assert {"probe_success", "probe_healthy"} <= used <= set(metrics())


def test_every_failure_is_told_with_its_state() -> None:
    told = {spans(row[0])[0]: row[1] for row in rows(PAGE, "Failures")}
    assert told == {kind.value: "unknown" if kind in OWN_FAILURES else "down" for kind in FailureKind}


def test_every_field_of_a_result_is_told() -> None:
    assert set(first_column(PAGE, "Results as JSON lines")) == set(to_json(RESULT))
    assert set(Verdict) <= set(spans(PAGE))


@pytest.mark.parametrize("page", ["docs/operations.md", "README.md"])
def test_the_exit_statuses_are_those_of_the_errors(page: str) -> None:
    heading = "Exit statuses" if page.startswith("docs") else "Commands"
    told = {row[0]: row[1] for row in rows(read(page), heading) if row[0].isdigit()}
    assert list(told) == ["0", "1", "2", "3", "4"]
    assert "file" in told[str(ConfigurationError.exit_status)]
    assert "store" in told[str(StoreError.exit_status)]


@pytest.mark.parametrize(
    "phrase",
    [
        f"checks in flight have {FINISH_SECONDS:g} s to end",
        f"the store has {DRAIN_SECONDS:g} s for the last results",
        f"has not ticked for {STALL_SECONDS:g} s",
        f"Slots more than {GRACE // SECOND} s late",
        f"up to {MOST_PENDING:,} results wait in memory",
        f"does not take within {({0.5: 'half a second'})[PATIENCE]} goes to the spool",
        f"at most {LONGEST_PAUSE:g} s apart",
        f"more than {LONGEST / 60:g} minutes is ended",
        f"at most {MOST_FILLED:,} of a check",
        f"it stood still for {LAG_LIMIT * 1000:g} ms or more become `unknown`",
        f"the event loop stood still for {UNHEALTHY_LAG:g} s or more in the last minute",
        f"nothing is asked for {IDLE_SECONDS:g} s are closed; at most {MOST_CONNECTIONS} are open",
        f"at most every {PAUSE:g} s while something fails",
        f"none were planned for {frames.LATEST_PLAN // SECOND} s",
        f"have been sent {frames.LATEST_MESSAGE // MINUTE} minutes ago",
        f"once its claim has run out: {LEASE // SECOND} s after it was made",
        f"the lease of the one before, at most {PLANNING // SECOND} s",
        f"sends what is due within {FAREWELL_SECONDS:g} s",
        f"after {({MINUTE: 'a minute'})[EMERGENCY]} channels are told so",
        f"after {', '.join(map(spoken, PAUSES[:-2]))}, {spoken(PAUSES[-2])} and each {spoken(PAUSES[-1])}, all of it ±{JITTER:.0%}".replace(
            "%", " %"
        ),
        f"gets {MOST_AT_ONCE} messages at a time, and a channel that fails gets one, with pauses up to {LONGEST_REST // SECOND} s",
        f"takes longer than {SEND_SECONDS:g} s is broken off",
        f"never more than {({5: 'five'})[MINUTE // SHORTEST]} times a minute",
    ],
)
def test_a_number_is_the_one_of_the_code(phrase: str) -> None:
    assert phrase in flat(PAGE)


@pytest.mark.parametrize(
    "phrase",
    [
        f"within the next {LOOK_AHEAD / SECOND:g} s",
        f"a jump of more than {JUMP // SECOND} s",
        f"but for {({2: 'two'})[MAX_GAP]} intervals at most",
    ],
)
def test_a_number_of_the_architecture_is_the_one_of_the_code(phrase: str) -> None:
    assert phrase in flat(ARCHITECTURE)


def test_a_minute_has_the_results_a_year_that_are_told() -> None:
    assert f"{365 * DAY // MINUTE:,} results a year" in flat(PAGE)
