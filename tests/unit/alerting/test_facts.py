from __future__ import annotations

from dataclasses import replace

from probe.alerting.facts import certificate_of, facts_of
from probe.model.alert import LONGEST_DETAIL, Certificate, Facts
from probe.model.result import Result, State
from probe.model.sample import CertificateFacts, FailureKind, Phases, TlsFacts

DOWN = Result(
    check="shop/list",
    location="here",
    scheduled_at=1,
    state=State.DOWN,
    failure=FailureKind.TIMEOUT,
    detail="no answer within 2 s",
    http_status=504,
    phases=Phases(dns=1, connect=2, tls=3, wait=2_000_000),
    address="127.0.0.1:443",
    tls=TlsFacts(version="TLSv1.3", cipher=None, chain=(CertificateFacts(fingerprint="ab12", not_after=9),)),
)


def test_an_alert_is_told_what_the_result_knows() -> None:
    assert facts_of(DOWN, host="shop.example.com") == Facts(
        failure=FailureKind.TIMEOUT,
        detail="no answer within 2 s",
        http_status=504,
        phase="wait",
        address="127.0.0.1:443",
        host="shop.example.com",
        certificate="ab12",
    )


def test_what_the_result_does_not_know_is_left_open() -> None:
    unknown = Result(check="shop/list", location="here", scheduled_at=1, state=State.UNKNOWN)
    assert facts_of(unknown, host="") == Facts()
    without = replace(DOWN, tls=TlsFacts(version=None, cipher=None))
    assert facts_of(without, host="").certificate is None


def test_a_detail_is_cut_where_it_is_too_long() -> None:
    assert facts_of(replace(DOWN, detail="x" * LONGEST_DETAIL), host="").detail == "x" * LONGEST_DETAIL
    cut = facts_of(replace(DOWN, detail="x" * 900), host="").detail
    assert cut == "x" * (LONGEST_DETAIL - 1) + "…"


def test_of_a_chain_the_certificate_counts_that_ends_first() -> None:
    chain = tuple(CertificateFacts(not_after=end) for end in (30, None, 20, 40))
    tls = TlsFacts(version=None, cipher=None, chain=chain)
    assert certificate_of(DOWN, tls, seen_at=5) == Certificate("shop/list", "here", 20, 5)
    assert certificate_of(DOWN, replace(tls, chain=chain[1:2]), seen_at=5) is None
