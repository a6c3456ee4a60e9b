from __future__ import annotations

import time

import pytest

from probe.alerting.causes import TOGETHER, Backdrop, likely_cause
from probe.model.alert import Alert, Facts
from probe.model.notification import CauseKind
from probe.model.rule import Subject, SubjectKind
from probe.model.sample import FailureKind
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE, Micros, from_iso

AT = from_iso("2026-11-20T10:00:00Z")
HOST = "api.example.com"
REFUSED = Facts(failure=FailureKind.REFUSED, address="10.0.0.7:443", phase="connect")
ALL_ON_HOST = Backdrop(
    hosts={**{f"shop/{n}": HOST for n in range(10)}, "other/home": "other.example.com"},
    failing={f"shop/{n}" for n in range(10)},
)
MIXED = Backdrop(hosts={f"shop/{n}": HOST for n in range(100)}, failing={f"shop/{n}" for n in range(10)})


def alert(
    number: int,
    facts: Facts | None = None,
    *,
    since: Micros = AT,
    locations: tuple[str, ...] = ("berlin",),
    rule: str = "down",
    over: bool = False,
) -> Alert:
    return Alert(
        id=f"a{number:010x}",
        rule=rule,
        subject=Subject(SubjectKind.CHECK, f"shop/{number}"),
        level=AlertLevel.CRITICAL,
        since=since,
        fired_at=since + MINUTE,
        reading="down",
        facts=facts,
        locations=locations,
        resolved_at=since + 2 * MINUTE if over else None,
    )


def several(facts: Facts | None, count: int = 10) -> list[Alert]:
    return [alert(number, facts) for number in range(count)]


def test_it_names_a_host_all_of_whose_checks_fail_and_no_other_one() -> None:
    found = likely_cause(several(REFUSED), ALL_ON_HOST)
    assert found is not None
    assert found.shared == (
        (CauseKind.HOST, HOST),
        (CauseKind.ADDRESS, "10.0.0.7:443"),
        (CauseKind.FAILURE, "refused"),
    )
    assert found.alerts == (10, 10)
    assert found.sentence == (
        "all 10 checks are refused a connection by api.example.com (10.0.0.7:443); "
        "every check of that host fails, and no other one"
    )


def test_a_host_that_is_an_address_itself_is_named_once() -> None:
    address = "10.0.0.7:443"
    backdrop = Backdrop(hosts=dict.fromkeys(ALL_ON_HOST.failing, address), failing=ALL_ON_HOST.failing)
    found = likely_cause(several(REFUSED), backdrop)
    assert found is not None
    assert found.sentence.startswith("all 10 checks are refused a connection by 10.0.0.7:443; every check")


def test_a_host_whose_other_checks_are_well_is_not_the_cause() -> None:
    found = likely_cause(several(REFUSED), MIXED)
    assert found is not None
    assert found.shared == ((CauseKind.FAILURE, "refused"),)
    assert found.sentence == "all 10 checks are refused a connection"


def test_that_others_fail_elsewhere_is_not_hidden() -> None:
    backdrop = Backdrop(hosts=ALL_ON_HOST.hosts, failing={*ALL_ON_HOST.failing, "other/home"})
    found = likely_cause(several(REFUSED), backdrop)
    assert found is not None
    assert found.sentence.endswith("; every check of that host fails")


def test_most_are_enough() -> None:
    alerts = [*several(REFUSED, 8), alert(8, Facts(failure=FailureKind.TIMEOUT)), alert(9)]
    found = likely_cause(alerts, Backdrop())
    assert found is not None
    assert found.alerts == (8, 10)
    assert found.sentence.startswith("8 of 10 checks are refused a connection by 10.0.0.7:443")


def test_fewer_than_most_are_not() -> None:
    alerts = [*several(REFUSED, 7), *(alert(n, Facts(failure=FailureKind.DNS)) for n in range(7, 10))]
    assert likely_cause(alerts, MIXED) is None


def test_traits_count_only_together() -> None:
    """80 % are on the host and 80 % time out, but only 60 % do both."""
    slow = Facts(failure=FailureKind.TIMEOUT)
    alerts = [alert(n, slow if n >= 2 else REFUSED) for n in range(10)]
    hosts = {f"shop/{n}": HOST if n < 8 else "other.example.com" for n in range(10)}
    found = likely_cause(alerts, Backdrop(hosts=hosts, failing={f"shop/{n}" for n in range(10)}))
    assert found is not None
    assert [kind for kind, _ in found.shared] == [CauseKind.HOST]
    assert found.alerts == (8, 10)


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (Facts(failure=FailureKind.TIMEOUT, phase="tls"), "all 3 checks time out in the TLS handshake"),
        (Facts(failure=FailureKind.ASSERTION, http_status=503, phase="transfer"), "all 3 checks get status 503"),
        (Facts(failure=FailureKind.DNS, phase="dns"), "all 3 checks can't resolve the name"),
        (
            Facts(failure=FailureKind.TLS_EXPIRED, certificate="ab" * 32),
            "all 3 checks are shown an expired certificate, with the same certificate (SHA-256 abababababababab…)",
        ),
    ],
)
def test_it_says_what_fails(facts: Facts, sentence: str) -> None:
    found = likely_cause(several(facts, 3), MIXED)
    assert found is not None
    assert found.sentence == sentence


@pytest.mark.parametrize(
    "facts",
    [None, Facts(failure=FailureKind.ASSERTION, http_status=200), Facts(failure=FailureKind.NOT_RUNNING)],
)
def test_what_tells_nothing_is_no_cause(facts: Facts | None) -> None:
    assert likely_cause(several(facts), MIXED) is None


def test_a_location_tells_something_where_there_are_several() -> None:
    alerts = several(Facts(failure=FailureKind.TIMEOUT), 3)
    one = likely_cause(alerts, Backdrop(locations=("berlin",)))
    two = likely_cause(alerts, Backdrop(locations=("berlin", "paris")))
    assert one is not None
    assert two is not None
    assert one.sentence == "all 3 checks time out"
    assert two.sentence == "all 3 checks time out, only as seen from berlin"


def test_one_address_behind_several_hosts_is_told() -> None:
    hosts = {f"shop/{n}": f"h{n}.example.com" for n in range(3)}
    found = likely_cause(several(REFUSED, 3), Backdrop(hosts=hosts, failing=set(hosts)))
    assert found is not None
    assert found.sentence == "all 3 checks are refused a connection by 10.0.0.7:443"


def test_a_single_check_has_no_common_cause_however_many_rules_tell_of_it() -> None:
    assert likely_cause([alert(1, REFUSED), alert(1, REFUSED, rule="slow")], Backdrop()) is None


def test_what_is_over_and_what_began_long_before_is_left_out() -> None:
    long_before = alert(7, Facts(failure=FailureKind.DNS), since=AT - TOGETHER - 1)
    found = likely_cause(
        [long_before, alert(8, over=True), *several(REFUSED, 2)], Backdrop(failing={"shop/0", "shop/1"})
    )
    assert found is not None
    assert found.alerts == (2, 2)
    assert found.sentence == "both checks are refused a connection by 10.0.0.7:443"


def test_ten_thousand_alerts_take_little() -> None:
    hosts = {f"shop/{n}": HOST for n in range(10_000)}
    alerts = several(REFUSED, 10_000)
    began = time.process_time()
    found = likely_cause(alerts, Backdrop(hosts=hosts, failing=set(hosts)))
    assert time.process_time() - began < 1  # 0.1 s on the machine it was made on
    assert found is not None
    assert found.alerts == (10_000, 10_000)
