from __future__ import annotations

import json

import pytest

from probe.model.ndjson import from_json, to_json
from probe.model.result import Result, State
from probe.model.sample import CertificateFacts, Revocation, TlsFacts
from probe.model.units import SECOND

UP = Result(check="shop/home", location="default", scheduled_at=0, state=State.UP)


def test_what_did_not_happen_is_null() -> None:
    told = to_json(UP)
    assert [name for name, value in told.items() if value is None] == [
        *("http_status", "failure", "detail", "latency_ms", "address", "definition", "http_version", "tls", "evidence")
    ]


def test_certificates_are_told_in_full() -> None:
    leaf = CertificateFacts(
        subject="a.example",
        issuer="CA",
        not_before=0,
        not_after=SECOND,
        names=("a.example",),
        serial="04",
        key="EC 256",
    )
    tls = TlsFacts(version="TLSv1.3", cipher=None, chain=(leaf, CertificateFacts()), stapled=Revocation.GOOD)
    result = Result(check="a/b", location="default", scheduled_at=0, state=State.UP, tls=tls)
    nothing = {"subject": None, "issuer": None, "not_before": None, "not_after": None}
    assert to_json(result)["tls"] == {
        "version": "TLSv1.3",
        "cipher": None,
        "stapled": "good",
        "certificates": [
            {
                "subject": "a.example",
                "issuer": "CA",
                "not_before": "1970-01-01T00:00:00Z",
                "not_after": "1970-01-01T00:00:01Z",
                "names": ["a.example"],
                "serial": "04",
                "fingerprint": "",
                "key": "EC 256",
            },
            {**nothing, "names": [], "serial": "", "fingerprint": "", "key": ""},
        ],
    }


LEAST: dict[str, object] = {"check": "shop/home", "scheduled_at": "1970-01-01T00:00:00Z", "state": "up"}


def test_a_check_a_slot_and_a_state_are_a_result() -> None:
    assert from_json(LEAST) == UP


def test_the_interval_stands_beside_the_result_where_it_is_known() -> None:
    told = to_json(UP, 60 * SECOND)
    assert told["interval_ms"] == 60_000
    assert from_json(told) == UP


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        ("1970-01-01T00:00:01Z", SECOND),
        ("1970-01-01t00:00:01.5z", SECOND * 3 // 2),
        ("1970-01-01 01:00:01+01:00", SECOND),
        ("1969-12-31T23:30:01.000001-00:30", SECOND + 1),
        ("1970-01-01T00:00:00.0000019Z", 1),
    ],
)
def test_a_moment_is_read_with_any_offset(moment: str, slot: int) -> None:
    assert from_json({**LEAST, "scheduled_at": moment}).scheduled_at == slot


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("check", None, "check is missing; it must be an id such as shop/home, of a-z, 0-9 and -"),
        ("check", "Shop/home", 'check must be an id such as shop/home, of a-z, 0-9 and -; it is "Shop/home"'),
        ("check", f"shop/{'a' * 64}", "check must be an id"),
        ("check", "shop/home\n", "check must be an id"),
        ("location", "a/b", 'location must be a name of a-z, 0-9 and -; it is "a/b"'),
        ("state", "UP", 'state must be one of up, degraded, down, unknown; it is "UP"'),
        ("state", ["up"], "state must be one of up, degraded, down, unknown; it is a list"),
        ("scheduled_at", 0, "scheduled_at must be a moment such as 2026-11-01T00:00:00Z; it is 0"),
        ("scheduled_at", "yesterday", 'scheduled_at: "yesterday" is not a moment; write a date, a time and an offset'),
        ("scheduled_at", "2026-11-01T00:00:00", "is not a moment"),
        ("scheduled_at", "2026-02-30T00:00:00Z", "is not a moment"),
        ("scheduled_at", "0001-01-01T00:00:00+14:00", "is not a moment"),
        ("scheduled_at", "1969-12-31T23:59:59Z", "scheduled_at must be a moment from 1970 on"),
        ("failure", "tired", "failure must be one of dns, refused"),
        ("failure", "timeout", "failure says why a result is down or unknown; state is up"),
        ("latency_ms", "fast", 'latency_ms must be a number of at least 0 (and at most 35 years); it is "fast"'),
        ("latency_ms", -0.1, "latency_ms must be a number of at least 0 (and at most 35 years); it is -0.1"),
        ("latency_ms", True, "latency_ms must be a number of at least 0 (and at most 35 years); it is true"),
        ("latency_ms", float("nan"), "it is NaN"),
        ("latency_ms", float("inf"), "it is Infinity"),
        ("latency_ms", 10**4_000, "it is a number that is too large"),
        ("phases_ms", {"dns": -1}, "phases_ms.dns must be a number of at least 0 (and at most 35 years); it is -1"),
        ("phases_ms", {"nap": 1}, 'phases_ms."nap" is no field of a result'),
        ("http_status", 1_000, "http_status must be a whole number from 0 to 999; it is 1000"),
        ("http_status", 200.5, "http_status must be a whole number from 0 to 999; it is 200.5"),
        ("bytes_sent", 2**63, "bytes_sent must be a whole number from 0 to 9223372036854775807"),
        ("attempts", 2**15, "attempts must be a whole number from 0 to 32767"),
        ("address", "a\0b", r'address must be a text of up to 2,000 printable characters; it is "a\u0000b"'),
        ("definition", "\ud800", "definition must be a text"),
        ("detail", "a" * 65_537, "detail must be a text of up to 65,536 characters"),
        ("expectations", {}, "expectations must be a list of up to 1,000; it is an object"),
        ("expectations", [{"verdict": "good"}], "expectations[0].verdict must be one of passed, warned, failed, skipped"),
        ("expectations", ["a"], 'expectations[0] must be an object; it is "a"'),
        ("evidence", {"body": 1}, "evidence.body must be a text"),
        ("interval_ms", -1, "interval_ms must be a number of at least 0"),
        ("latncy_ms", 1, '"latncy_ms" is no field of a result; did you mean latency_ms?'),
        ("q" * 100_000, 1, "is no field of a result; leave it out"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(field: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=r"^.{1,400}$") as caught:
        from_json({**LEAST, field: value})
    assert message in str(caught.value)


@pytest.mark.parametrize("value", [None, [], "up", 1])
def test_a_result_is_an_object(value: object) -> None:
    with pytest.raises(ValueError, match="a result must be an object"):
        from_json(json.loads(json.dumps(value)))
