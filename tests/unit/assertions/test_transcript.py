from __future__ import annotations

import base64
import html
import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.assertions.transcript import LONGEST_PART, told_tls, transcript
from probe.model.check import Check, Connection, TlsPolicy
from probe.model.result import Transcript
from probe.model.sample import CertificateFacts, Failure, FailureKind, Phases, Revocation, Sample, TlsFacts
from probe.model.sensitive import Sensitive
from tests.fakes.checks import make_check

SECRET = 'c4nary-4f9a/+"<é>'
CHECK = make_check(secrets=(SECRET,))
REQUEST = f"GET /orders?key={quote(SECRET)} HTTP/1.1\nhost: shop.example\nauthorization: Bearer {SECRET}"
SAMPLE = Sample(
    started_at=0,
    latency_us=12_000,
    phases=Phases(dns=1_234, connect=3_000, wait=7_000),
    http_status=503,
    http_version="HTTP/1.1",
    request_head=REQUEST,
    headers=(("content-type", "application/json"), ("set-cookie", "sid=abc; Path=/"), ("x-note", "late")),
    body=b'{"error": "busy"}',
    bytes_sent=180,
    bytes_received=1_420,
    address="192.0.2.1:443",
)
LEAF = CertificateFacts(
    subject="shop.example",
    issuer="An Authority",
    not_before=1_790_000_000_000_000,
    not_after=1_797_000_000_000_000,
    names=tuple(f"{number}.shop.example" for number in range(12)),
    serial="04ab",
    fingerprint="6f" * 32,
    key="EC 256",
)


def told(sample: Sample, check: Check = CHECK) -> Transcript:
    found = transcript(check, sample)
    for part in (found.connection, found.request, found.response, found.body):
        assert len(part) <= LONGEST_PART
        assert all(each.isprintable() or each in "\n\t" for each in part)
        part.encode()
    return found


def of_body(body: bytes, content_type: str = "text/plain") -> str:
    return told(replace(SAMPLE, body=body, headers=(("content-type", content_type),))).body


def test_it_tells_what_went_to_and_fro() -> None:
    assert told(SAMPLE) == Transcript(
        connection=(
            "address: 192.0.2.1:443\nhttp: HTTP/1.1\ntime: dns 1.234ms, connect 3ms, wait 7ms\n"
            "bytes: 180 B sent, 1.4 kB received"
        ),
        request="GET /orders?key=*** HTTP/1.1\nhost: shop.example\nauthorization: Bearer ***",
        response="HTTP/1.1 503\ncontent-type: application/json\nset-cookie: sid=***; Path=/\nx-note: late",
        body='{"error": "busy"}',
    )


def test_where_nothing_came_nothing_is_told() -> None:
    refused = Sample(
        started_at=0, latency_us=10, failure=Failure(kind=FailureKind.REFUSED, detail="connection refused while connecting")
    )  # fmt: skip
    assert told(refused) == Transcript(
        connection="failure: refused, connection refused while connecting\nbytes: 0 B sent, 0 B received"
    )


def test_it_tells_of_the_certificates_also_why_they_were_refused() -> None:
    chain = (LEAF, CertificateFacts(subject="An Authority"), CertificateFacts())
    facts = TlsFacts(version="TLSv1.3", cipher="TLS_AES_256_GCM_SHA384", chain=chain, stapled=Revocation.GOOD)
    failure = Failure(kind=FailureKind.TLS_EXPIRED, detail="the certificate was refused: certificate has expired")
    lines = told(replace(SAMPLE, tls=facts, failure=failure)).connection.split("\n")
    assert lines[0] == "failure: tls_expired, the certificate was refused: certificate has expired"
    assert lines[3:-2] == [
        "tls: TLSv1.3, TLS_AES_256_GCM_SHA384",
        "revocation, as stapled: good",
        "certificate 1: shop.example",
        "  issuer: An Authority",
        "  valid: 2026-09-21T14:13:20Z to 2026-12-11T14:40:00Z",
        f"  names: {', '.join(LEAF.names[:10])} and 2 more",
        "  key: EC 256",
        "  serial: 04ab",
        f"  sha-256: {'6f' * 32}",
        "certificate 2: An Authority",
        "certificate 3: without a name",
    ]


@pytest.mark.parametrize("forged", ["\n", "\r\n", "\r", "\t", "\x0b", "\x85", "\u2028"])
def test_what_stands_in_a_certificate_makes_no_line_of_its_own(forged: str) -> None:
    name = f"Good CA{forged}revocation, as stapled: good"
    leaf = CertificateFacts(subject=name, issuer=name, names=(name,), serial=name, key=name)
    failure = Failure(kind=FailureKind.TLS_SELF_SIGNED, detail=name)
    lines = told(replace(SAMPLE, tls=TlsFacts(version=name, cipher=None, chain=(leaf,)), failure=failure)).connection
    assert not any(line.startswith("revocation") for line in lines.splitlines())
    assert "\t" not in lines


def test_certificates_are_told_without_secrets_and_harmless() -> None:
    evil = f"{SECRET}\n\x1b[2J"
    leaf = CertificateFacts(subject=evil, issuer=evil, names=(evil,) * 200, serial=SECRET.encode().hex(), key=evil)
    (certificate,) = told_tls(TlsFacts(version=None, cipher=None, chain=(leaf,)), CHECK.redactor).chain
    assert certificate.subject == certificate.issuer == certificate.key == r"***\n\x1b[2J"
    assert set(certificate.names) == {r"***\n\x1b[2J"}
    assert len(certificate.names) == 100
    assert certificate.serial == "***"


def test_a_secret_is_found_where_its_letters_came_in_lower_case() -> None:
    headers = (("x-canary-tok3n", "1"), ("location", "https://canary-tok3n.example/"))
    facts = TlsFacts(version=None, cipher=None, chain=(CertificateFacts(subject="canary-tok3n.example"),))
    found = told(replace(SAMPLE, headers=headers, tls=facts), make_check(secrets=("CanAry-Tok3n",)))
    assert "tok3n" not in f"{found}"


def test_it_tells_how_the_target_was_reached() -> None:
    connection = Connection(proxy=Sensitive(f"http://me:{SECRET}@proxy:3128", "http://me:${env:P}@proxy:3128"), tls=TlsPolicy(verify=False))  # fmt: skip
    check = replace(CHECK, request=replace(CHECK.request, connection=connection))
    sample = replace(SAMPLE, redirects=2, tls=TlsFacts(version=None, cipher=None))
    lines = told(sample, check).connection.split("\n")
    assert lines[0] == "proxy: http://***@proxy:3128"
    assert lines[2:5] == ["redirects followed: 2", "http: HTTP/1.1", "tls: no handshake, not verified"]


@pytest.mark.parametrize(
    "reflected",
    [
        SECRET,
        json.dumps({"you": {"sent": SECRET}}),
        f"<p>{html.escape(SECRET)}</p>",
        base64.b64encode(f"you sent {SECRET}!".encode()).decode(),
        quote(SECRET, safe=""),
        SECRET.encode().hex(),
    ],
)
def test_a_reflected_secret_is_masked_wherever_it_stands(reflected: str) -> None:
    sample = replace(
        SAMPLE,
        headers=(("x-echo", reflected), ("location", f"https://else.example/{quote(SECRET)}")),
        body=reflected.encode(),
        tls=TlsFacts(version=None, cipher=None, chain=(CertificateFacts(subject=reflected, names=(reflected,)),)),
        failure=Failure(kind=FailureKind.PROTOCOL, detail=reflected),
    )
    found = told(sample)
    for part in (found.connection, found.request, found.response, found.body):
        assert "***" in part
        assert "4f9a" not in part
        assert "c4nary" not in part
        assert base64.b64encode(b"nary-4f9").decode()[2:-2] not in part


@pytest.mark.parametrize("shift", range(0, 40, 3))
@pytest.mark.parametrize("border", [LONGEST_PART, 2 * LONGEST_PART])
def test_no_part_of_a_secret_survives_where_a_body_is_cut(shift: int, border: int) -> None:
    body = b"x" * (border - shift) + SECRET.encode() + b"y" * 100
    for failure in (None, Failure(kind=FailureKind.TOO_LARGE, detail="too long")):
        found = told(replace(SAMPLE, body=body[: border + 5] if failure else body, failure=failure)).body
        assert found.endswith("…")
        assert "c4na" not in found


def test_a_body_that_came_in_part_says_so() -> None:
    reset = Failure(kind=FailureKind.RESET, detail="the target closed the connection")
    assert told(replace(SAMPLE, body=b"half a c4nary", failure=reset)).body == "half a ***…"
    assert told(replace(SAMPLE, body=b"", failure=reset)).body == ""


def test_a_secret_of_the_targets_own_is_masked_by_its_looks() -> None:
    assert of_body(b'{"access_token": "abc", "n": 1}') == '{"access_token": "***", "n": 1}'


def test_lines_stay_lines_and_what_a_terminal_would_obey_is_made_visible() -> None:
    assert of_body(b"a\r\n\tb\x1b[2J\x7f" + "\u202e".encode() + b" and so on") == "a\n\tb\\x1b[2J\\x7f\\u202e and so on"


def test_a_body_is_decoded_by_its_charset() -> None:
    assert of_body("größer".encode("latin-1"), "text/plain; charset=iso-8859-1") == "größer"
    assert of_body("größer".encode("utf-16"), "text/plain; charset=utf-16") == "größer"


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n" + bytes(500), bytes(range(256)) * 100])
def test_of_what_is_no_text_only_size_and_start_are_told(body: bytes) -> None:
    size = "508 B" if len(body) == 508 else "25.6 kB"
    assert of_body(body) == f"[no text, {size}] {body[:16].hex()}…"


def test_the_start_of_what_is_no_text_holds_no_secret() -> None:
    assert of_body(SECRET.encode() + bytes(100)) == "[no text, 118 B] ***…"
    assert of_body(b"\0\1" + SECRET.encode()) == "[no text, 20 B] 0001***…"


def test_a_flood_of_headers_is_cut() -> None:
    found = told(replace(SAMPLE, headers=(("x-flood", "yes"),) * 10_000)).response
    assert found.endswith("…")


@given(st.binary(max_size=300), st.text(max_size=50), st.text(max_size=50))
def test_whatever_comes_can_be_told(body: bytes, name: str, value: str) -> None:
    told(replace(SAMPLE, body=body, headers=((name, value),), request_head=value))
