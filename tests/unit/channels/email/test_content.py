"""What mails say: the same in text and in HTML, bounded, escaped, and fit to be read."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.channels.email.phases import segments
from probe.channels.email.rendering import Rendered, Templates
from probe.channels.email.showing import fewer, shown
from probe.model.alert import Facts
from probe.model.notification import BudgetImpact, Cause, CauseKind, Message, Occasion, PhaseTime
from probe.model.result import AssertionOutcome, Verdict
from probe.model.rule import Subject, SubjectKind
from probe.model.sample import FailureKind
from probe.model.units import HOUR, MINUTE
from tests.fakes.messages import NOW, make_entry, make_message

BUDGET = BudgetImpact(
    objective="availability 99.9 % of October",
    used_ratio=0.31,
    spent_ratio=0.97,
    left=12 * MINUTE,
    sentence="this outage used 31 % of October's budget; 12 minutes are left",
)
HOSTILE = '</pre><script>alert("1")</script>"><img src=x onerror=alert(1)>\''


def test_of_several_alerts_of_an_api_all_can_be_taken_on_at_once() -> None:
    message = make_message(more=(4, 0))
    said = _said(message)
    api = dict(message.group)["api"]
    assert f"probe ack {api}\n" in said.text
    assert f"probe silence add --api {api} " in said.text


def test_a_new_alert_is_told_with_all_that_is_known() -> None:
    said = _said(replace(make_message(), budget=BUDGET, zone="Europe/Berlin"))
    for words in (
        "CRITICAL", "Orders API: checkout is down", "Since 15 Jan 2027, 08:57:00 CET, for 3 min.",
        "This outage used 31 % of October's budget; 12 minutes are left.", "97 % spent", "availability 99.9 % of October",
        "Orders API: check 1", "down 3 times in a row", "status == 200", "503", "HTTP 503", "192.0.2.10:443", "api.example.com",
        "wait", "912 ms", "usually 96 ms", "●", "✕", "down", "team=sample", "orders/check-1", "by the rule down",
        "https://status.example.com/", "probe ack orders/check-1", "probe alerts why orders/check-1",
        'probe silence add --check orders/check-1 --for 2h --comment "why"', "Sent by probe for Example APIs", '"ops"',
    ):  # fmt: skip
        assert words in said.text, words
        assert words in said.html, words


def test_a_failure_that_is_no_expectation_is_named() -> None:
    facts = Facts(failure=FailureKind.TIMEOUT, detail="no answer within 10 s", host="api.example.com")
    said = _said(make_message(entries=(replace(make_entry(), facts=facts, outcomes=()),)))
    assert "timed out: no answer within 10 s" in said.text
    assert "timed out: no answer within 10 s" in said.html


def test_what_is_over_says_when_it_was_and_why_it_is() -> None:
    said = _said(make_message(occasion=Occasion.RESOLVED, status="RESOLVED", entries=(make_entry(is_firing=False),)))
    for words in (
        "RESOLVED",
        "It is over: it lasted 3 min, from 15 Jan 2027, 07:57:00 UTC to 15 Jan 2027, 07:59:00 UTC.",
        "up 2 times",
    ):
        assert words in " ".join(said.text.split())
        assert words in said.html
    assert "probe ack" not in said.text


@pytest.mark.parametrize(
    ("occasion", "words"),
    [
        (Occasion.REMINDER, "A reminder: it goes on, and nothing is new."),
        (Occasion.ESCALATION, "Nobody has acknowledged it so far: that is why you are told."),
        (Occasion.TEST, "This is a test: nothing is wrong."),
    ],
)
def test_a_mail_says_why_it_is_sent_where_that_is_not_plain(occasion: Occasion, words: str) -> None:
    said = _said(make_message(occasion=occasion))
    assert words in said.text
    assert words in said.html


def test_who_took_it_on_why_it_was_not_told_and_what_to_do_are_told() -> None:
    entry = replace(
        make_entry(note="Look at the queue.\nThen at the gateway."),
        acknowledged="ada, 13:25: looking into it",
        muted="maintenance window deploy",
        runbook="https://wiki.example.com/checkout",
    )
    said = _said(make_message(entries=(entry,)))
    for words in ("ada, 13:25: looking into it", "until now: maintenance window deploy", "Then at the gateway.",
                  "https://wiki.example.com/checkout"):  # fmt: skip
        assert words in said.text
        assert words in said.html
    assert "probe ack" not in said.text


def test_time_in_maintenance_is_told_apart() -> None:
    entry = replace(make_entry(), since=NOW - 2 * HOUR, lasted=HOUR)
    assert "for 1 h without maintenance" in _said(make_message(entries=(entry,))).text


def test_a_group_is_told_by_its_cause_one_alert_in_full_and_a_line_each() -> None:
    cause = Cause(shared=((CauseKind.HOST, "a"),), sentence="9 of 10 can't connect to a", alerts=(9, 10))
    entries = (*(make_entry(number) for number in range(1, 10)), make_entry(10, is_firing=False))
    said = _said(replace(make_message(entries=entries), cause=cause, number=2))
    assert "9 alerts go on, 1 alert is over; the first began" in said.text
    assert "Likely cause: 9 of 10 can't connect to a" in said.text
    assert "New since the last message: 9 alerts." in said.html
    assert said.text.count("Phases") == 1
    assert all(entry.name in said.text and entry.name in said.html for entry in entries)


def test_ten_thousand_alerts_are_told_in_a_readable_mail() -> None:
    entries = tuple(make_entry(number) for number in range(50))
    message = make_message(entries=entries, more=(9_900, 50))
    said = _said(message)
    assert len(said.html) + len(said.text) < 75_000
    for part in (said.html, said.text):
        assert "And 9,950 more alerts: 9,900 that go on, 50 that are over." in part
        assert all(entry.name in part for entry in entries)


def test_the_more_is_left_out_the_fewer_are_told_and_none_goes_uncounted() -> None:
    message = make_message(entries=tuple(make_entry(number) for number in range(50)), more=(9_900, 50))
    mails = [shown(message, lean) for lean in fewer(message)]
    told = [len(mail.entries) + len(mail.others) for mail in mails]
    assert told == [50, 50, 21, 1, 20, 0]
    assert mails[-1].more == "And 10,000 more alerts: 9,950 that go on, 50 that are over."


def test_messages_that_reached_nobody_are_named() -> None:
    said = _said(make_message(undelivered=tuple(f"message {number} reached nobody" for number in range(12))))
    assert "- message 9 reached nobody" in said.text
    assert "and 2 more messages" in said.text
    assert "and 2 more messages" in said.html


def test_the_text_keeps_to_78_columns() -> None:
    for message in (make_message(), make_message(entries=tuple(make_entry(number) for number in range(20)))):
        entries = tuple(replace(entry, reading="word " * 100, note="x" * 300) for entry in message.entries)
        text = _said(replace(message, entries=entries, budget=BUDGET)).text
        assert max(map(len, text.splitlines())) <= 78


def test_what_a_target_sends_is_text_in_html() -> None:
    facts = Facts(failure=FailureKind.TIMEOUT, detail=HOSTILE, host=HOSTILE, address=HOSTILE)
    outcome = AssertionOutcome(expectation=HOSTILE, verdict=Verdict.FAILED, actual=HOSTILE)
    entry = replace(
        make_entry(reading=HOSTILE, note=HOSTILE), name=HOSTILE, expected=HOSTILE, facts=facts, outcomes=(outcome,),
        labels=((HOSTILE, HOSTILE),), locations=(HOSTILE, "b"), muted=HOSTILE, acknowledged=HOSTILE, rule=HOSTILE,
        phases=(PhaseTime(HOSTILE, 5, 5),), subject=Subject(SubjectKind.CHECK, HOSTILE), links=((HOSTILE, 'https://a/"><b'),),
    )  # fmt: skip
    cause = Cause(shared=(), sentence=HOSTILE, alerts=(1, 1))
    message = replace(
        make_message(title=HOSTILE, status=HOSTILE, entries=(entry,) * 8, undelivered=(HOSTILE,)),
        cause=cause,
        site=HOSTILE,
    )
    page = _said(message).html
    assert "<script" not in page
    assert "<img" not in page
    assert "</pre" not in page
    assert not re.search(r"<[^>]*onerror[^>]*>", page)
    assert html.escape("<script>", quote=False) in page


def test_nothing_is_fetched_and_links_lead_to_the_web_alone() -> None:
    entry = replace(
        make_entry(),
        runbook="javascript:alert(1)",
        links=(("a", "https://status.example.com/a"), ("b", "data:text/html,x"), ("c", "//evil"), ("d", "http://[")),
    )
    page = _said(replace(make_message(entries=(entry,)), link="javascript:alert(2)")).html
    assert re.findall(r'href="([^"]*)"', page) == ["https://status.example.com/a"]
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import|<svg", page)


@given(st.text(max_size=300))
def test_any_text_can_be_told(text: str) -> None:
    entry = replace(make_entry(reading=text, note=text), name=text, rule=text, acknowledged=text)
    said = _said(make_message(title=text, status=text, entries=(entry,), undelivered=(text,)))
    assert (said.subject + said.text + said.html).encode()
    assert "\n" not in said.subject


@given(st.lists(st.integers(min_value=0, max_value=10**10), max_size=6))
def test_the_bar_of_phases_is_whole_and_shows_each(took: list[int]) -> None:
    names = ("dns", "connect", "tls", "send", "wait", "transfer")
    bar = segments([PhaseTime(name, length, None) for name, length in zip(names, took, strict=False)])
    assert len(bar) == sum(length > 0 for length in took)
    assert sum(segment.percent for segment in bar) == (100 if bar else 0)
    assert all(segment.percent >= 2 for segment in bar)


def _said(message: Message) -> Rendered:
    said = Templates({}).render(shown(message, next(fewer(message))))
    return Rendered(said.subject, said.text, html.unescape(said.html) if not _is_hostile(message) else said.html)


def _is_hostile(message: Message) -> bool:
    """Then it is about what is escaped."""
    return "<" in message.title or message.link.startswith("javascript")
