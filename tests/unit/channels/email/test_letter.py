"""A mail's head: what threads it, what keeps robots quiet, and that nothing can be put into it."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.channels.email.letter import Addresses, address_of, letter
from probe.channels.email.mail import LONGEST
from probe.channels.email.rendering import Templates
from probe.channels.email.showing import Lean, fewer, shown
from probe.model.notification import Message, Occasion
from probe.model.result import AssertionOutcome, Verdict
from tests.fakes.messages import make_entry, make_message

ADDRESSES = Addresses(sender=address_of("Probe <probe@example.com>"), to=(address_of("ops@example.com"),))
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "List-Id", "MIME-Version", "Content-Type",
}  # fmt: skip
HOSTILE = [
    "a\r\nBcc: mallory@example.com\r\n\r\nbody",
    "nul \x00 vertical \x0b half \ud800 right-to-left \u202e line \u2028 next \x85",
    "=?utf-8?q?=0D=0ABcc:_mallory@example.com?=",
    "x" * 10_000,
    "ü" * 10_000,
    "",
]


def test_the_head_of_a_mail() -> None:
    mail = _mail(make_message("msg_1"))
    assert set(mail.keys()) == HEADERS
    assert mail["from"] == "Probe <probe@example.com>"
    assert mail["to"] == "ops@example.com"
    assert mail["subject"] == "[CRITICAL] Orders API: checkout is down"
    assert mail["date"] == "Fri, 15 Jan 2027 08:00:00 +0000"
    assert mail["message-id"] == "<msg_1@example.com>"
    assert mail["in-reply-to"] == mail["references"] == "<t0000000001@example.com>"
    assert mail["auto-submitted"] == "auto-generated"
    assert mail["x-auto-response-suppress"] == "All"
    assert mail["list-id"] == "<ops.alerts.example.com>"


def test_text_comes_before_html() -> None:
    mail = _mail(make_message())
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_the_mails_of_a_thread_differ_in_their_ids_and_their_status_alone() -> None:
    first = _mail(make_message("msg_1"))
    last = _mail(make_message("msg_2", occasion=Occasion.RESOLVED, status="RESOLVED"))
    assert first["references"] == last["references"]
    assert first["message-id"] != last["message-id"]
    assert last["subject"] == "[RESOLVED] Orders API: checkout is down"


def test_ids_stay_whole_however_long_the_domain_is() -> None:
    domain = ".".join(["a" * 60] * 3)
    raw = _raw(make_message("msg_1"), replace(ADDRESSES, sender=address_of(f"probe@{domain}")))
    assert f"References: <t0000000001@{domain}>".encode() in raw.replace(b"\r\n ", b" ")


def test_lines_are_short_ascii_and_end_as_smtp_wants_it() -> None:
    raw = _raw(make_message(title="Bestellungen: Überprüfung ist aus"))
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_a_prefix_goes_before_every_subject() -> None:
    mail = shown(make_message(), next(fewer(make_message())), prefix="prod")
    assert Templates({}).render(mail).subject == "prod [CRITICAL] Orders API: checkout is down"


@pytest.mark.parametrize("text", HOSTILE, ids=["lines", "signs", "encoded", "long", "long in Unicode", "empty"])
def test_no_header_can_be_put_in(text: str) -> None:
    hostile = replace(
        make_message(title=text, status=text or "X", entries=(make_entry(reading=text, note=text),)),
        channel=text, thread=text, id=text, site=text,
    )  # fmt: skip
    mail = _mail(hostile)
    assert set(mail.keys()) == HEADERS
    assert len(mail["subject"]) <= 250
    assert "mallory" not in str(mail["to"])
    assert mail["to"] == "ops@example.com"


@pytest.mark.parametrize("sign", ["&", "€", "x", "'"])
def test_no_mail_is_too_long(sign: str) -> None:
    """Every text as long as can be, in what HTML and Base64 make the most of."""
    long = sign * 10_000
    outcomes = (AssertionOutcome(expectation=long, verdict=Verdict.FAILED, actual=long),) * 20
    entry = replace(make_entry(reading=long, note=long), name=long, outcomes=outcomes, muted=long, acknowledged=long)
    message = make_message(title=long, entries=(entry,) * 50, more=(9_900, 50), undelivered=(long,) * 40)
    assert min(len(_raw(message, lean=lean)) for lean in fewer(message)) <= LONGEST


@given(st.text())
def test_whatever_a_title_is_there_are_no_other_headers(text: str) -> None:
    assert set(_mail(make_message(title=text, status="X" + text)).keys()) == HEADERS


@pytest.mark.parametrize(
    "written", ["ops", "@example.com", "ops@", "öps@example.com", "ops@exämple.com", "a b@example.com"]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"is no mail address|in ASCII"):
        address_of(written)


def test_names_go_with_addresses() -> None:
    assert str(address_of('"Ops, night" <ops@example.com>')) == '"Ops, night" <ops@example.com>'


def _mail(message: Message) -> EmailMessage:
    mail = BytesParser(policy=default).parsebytes(_raw(message))
    assert isinstance(mail, EmailMessage)
    return mail


def _raw(message: Message, addresses: Addresses = ADDRESSES, lean: Lean | None = None) -> bytes:
    return letter(message, Templates({}).render(shown(message, lean or next(fewer(message)))), addresses)
