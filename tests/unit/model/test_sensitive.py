from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.sensitive import Redactor, Sensitive

CANARY = "c4nary/+ \"'&é"


def test_a_secret_cannot_leave_by_accident() -> None:
    text = Sensitive(f"Bearer {CANARY}", "Bearer ${env:TOKEN}")
    assert CANARY not in f"{text} {text!r} {[text]} {text:>80}"
    assert text.reveal() == f"Bearer {CANARY}"
    assert text.is_secret
    assert CANARY not in f"{Redactor.of([CANARY])!r}"


def test_plain_text_is_no_secret() -> None:
    assert not Sensitive.plain("GET").is_secret


def test_a_longer_secret_leaves_no_tail_when_a_shorter_one_begins_it() -> None:
    assert Redactor.of(["abcd", "abcdef"]).redact("abcdef") == "***"


def test_an_empty_secret_masks_nothing() -> None:
    assert Redactor.of([""]).redact("text") == "text"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the pin is 417.", "the pin is ***."),
        ('{"pin": 417, "n": 44170}', '{"pin": ***, "n": 44170}'),
        ("417", "***"),
        ("x417", "x417"),
    ],
)
def test_a_short_secret_is_masked_where_it_is_a_word(text: str, masked: str) -> None:
    assert Redactor.of(["417"]).redact(text) == masked


@pytest.mark.parametrize("length", range(4, len(CANARY)))
def test_what_begins_a_secret_is_masked_where_the_text_is_cut(length: int) -> None:
    assert Redactor.of([CANARY]).redact(f"said {CANARY[:length]}", is_cut=True) == "said ***"
    assert Redactor.of([CANARY]).redact(f"said {CANARY[:length]} and more", is_cut=True) != "said ***"


def test_of_several_secrets_that_a_cut_may_have_hit_the_longest_part_is_masked() -> None:
    assert Redactor.of(["defgh-and-more", "abcdefgh"]).redact("abcdefg", is_cut=True) == "***"


@given(st.text(min_size=4), st.text(), st.text())
def test_no_secret_survives(secret: str, before: str, after: str) -> None:
    redacted = Redactor.of([secret]).redact(before + secret + after)
    assert secret not in redacted.replace("***", "")


@given(st.text(min_size=8, alphabet="abc"), st.text(alphabet="abc"), st.data())
def test_no_four_characters_of_a_secret_survive_a_cut_within_it(secret: str, before: str, data: st.DataObject) -> None:
    kept = data.draw(st.integers(4, len(secret) - 1))
    redacted = Redactor.of([secret]).redact(before + "|" + secret[:kept], is_cut=True)
    assert not redacted.endswith(secret[:kept][-4:])
