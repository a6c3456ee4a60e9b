from __future__ import annotations

import base64
import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from probe.model.sensitive import Redactor, Sensitive

CANARY = "c4nary/+ \"'&é"


def test_a_secret_cannot_leave_by_accident() -> None:
    text = Sensitive(f"Bearer {CANARY}", "Bearer ${env:TOKEN}")
    assert CANARY not in f"{text} {text!r} {[text]} {text:>80}"
    assert text.reveal() == f"Bearer {CANARY}"
    assert text.is_secret


def test_plain_text_is_no_secret() -> None:
    assert not Sensitive.plain("GET").is_secret


def test_it_masks_a_secret_in_each_form_it_travels_in() -> None:
    redactor = Redactor.of([CANARY])
    for form in (
        CANARY,
        quote(CANARY, safe=""),
        json.dumps(CANARY),
        base64.b64encode(CANARY.encode()).decode(),
    ):
        assert redactor.redact(f"<{form}>").strip('<>"') == "***"


def test_a_longer_secret_leaves_no_tail_when_a_shorter_one_begins_it() -> None:
    assert Redactor.of(["abc", "abcdef"]).redact("abcdef") == "***"


def test_an_empty_secret_masks_nothing() -> None:
    assert Redactor.of([""]).redact("text") == "text"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    redacted = Redactor.of([secret]).redact(before + secret + after)
    assert secret not in redacted.replace("***", "")
