from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from probe.model.sample import Failure, FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.runtime.reach import SUSPECT, Answer, Reach, has_name, is_answer, judge, name_of


def named(*, came: bool | None, at: float = 10) -> Answer:
    return Answer(has_name=True, came=came, at=at)


def addressed(*, came: bool | None, at: float = 10) -> Answer:
    return Answer(has_name=False, came=came, at=at)


@pytest.mark.parametrize(
    ("answers", "reach"),
    [
        ([], Reach.FINE),
        ([named(came=True)], Reach.FINE),
        ([named(came=False), named(came=True)], Reach.FINE),
        ([named(came=False), named(came=False)], Reach.NONE),
        ([named(came=False), named(came=None)], None),
        ([named(came=False), named(came=False, at=4)], None),
        ([named(came=False), named(came=True, at=4)], None),
        ([named(came=True, at=5)], Reach.FINE),
    ],
)
def test_one_answer_is_enough_and_silence_takes_all(answers: list[Answer], reach: Reach | None) -> None:
    assert judge(answers, since=5, of_names=False) is reach


@pytest.mark.parametrize(
    ("answers", "reach"),
    [
        ([named(came=False), addressed(came=True)], Reach.NO_NAMES),
        ([named(came=False), addressed(came=False)], Reach.NONE),
        ([named(came=True), addressed(came=False)], Reach.FINE),
        ([named(came=None), addressed(came=True)], None),
        ([addressed(came=True)], Reach.FINE),
        ([addressed(came=False)], Reach.NONE),
    ],
)
def test_an_address_says_nothing_of_names_unless_there_is_nothing_else(
    answers: list[Answer], reach: Reach | None
) -> None:
    assert judge(answers, since=5, of_names=True) is reach


def sample(kind: FailureKind | None) -> Sample:
    return Sample(started_at=0, latency_us=0, failure=Failure(kind=kind, detail="") if kind else None)


@pytest.mark.parametrize(
    "kind", [None, FailureKind.REFUSED, FailureKind.TLS_EXPIRED, FailureKind.TLS, FailureKind.PROTOCOL, FailureKind.TOO_LARGE]
)  # fmt: skip
def test_whatever_came_over_the_network_is_an_answer(kind: FailureKind | None) -> None:
    assert is_answer(sample(kind))


@pytest.mark.parametrize("kind", [*sorted(SUSPECT), FailureKind.PROBER_FAULT, FailureKind.BLOCKED, FailureKind.PROXY])
def test_what_makes_a_target_suspect_is_no_answer(kind: FailureKind) -> None:
    assert not is_answer(sample(kind))


@pytest.mark.parametrize("seen", [{"http_status": 503}, {"bytes_received": 20}])
def test_a_response_that_broke_off_is_an_answer(seen: dict[str, Any]) -> None:
    assert is_answer(replace(sample(FailureKind.TIMEOUT), **seen))


@pytest.mark.parametrize(
    ("revealed", "shown", "name"),
    [
        ("https://user:pw@a.example:8443/x?y", "https://user:pw@a.example:8443/x?y", "a.example:8443"),
        ("https://s3cr3t@a.example/", "https://${env:KEY}@a.example/", "a.example"),
        ("https://s3cr3t.example/", "https://${env:HOST}/", "${env:HOST}"),
        ("https://s3cr3t.example/", "${env:URL}", "${env:URL}"),
        ("https://[::1]:8/", "https://[::1]:8/", "[::1]:8"),
        ("https://s3cr3t/", "https://[${env:HOST}/", "https://[${env:HOST}/"),
    ],
)
def test_a_name_shows_no_secret(revealed: str, shown: str, name: str) -> None:
    assert name_of(Sensitive(revealed, shown)) == name


@pytest.mark.parametrize(
    ("url", "is_name"),
    [("https://a.example/", True), ("http://192.0.2.1:80/", False), ("http://[2001:db8::1]/", False)],
)
def test_an_address_needs_no_name_server(url: str, *, is_name: bool) -> None:
    assert has_name(Sensitive.plain(url)) is is_name
