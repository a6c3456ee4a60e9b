"""What is shown of a URL: literals that look like secrets are masked, references stay readable."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.load import loads
from probe.config.urls import masked
from probe.model.check import Check


def read(check: str, base: str = "https://shop.example.com", **environment: str) -> Check:
    text = f"version: 1\napis:\n  shop:\n    base_url: {base}\n    checks:\n      home: {{{check}}}\n"
    return loads(text.encode(), file="checks.yaml", environment=environment, folder=Path()).checks[0]


@pytest.mark.parametrize(
    ("query", "sent", "shown"),
    [
        ("{api_key: zzz}", "api_key=zzz", "api_key=***"),
        ("{api_key: 'z&z=y z'}", "api_key=z%26z%3Dy+z", "api_key=***"),
        ("{token: '${env:T}'}", "token=ttt", "token=${env:T}"),
        ("{token: '${env:T}${env:T}'}", "token=tttttt", "token=${env:T}${env:T}"),
        ("{token: 'literal${env:T}'}", "token=literalttt", "token=***"),
        ("{token: '${env:NONE:-literal}'}", "token=literal", "token=***"),
        ("{limit: 1, q: 'a b'}", "limit=1&q=a+b", "limit=1&q=a b"),
        ("{next: 'https://user:pw@example.com'}", "next=https%3A%2F%2Fuser%3Apw%40example.com",
         "next=https://***@example.com"),
    ],
)  # fmt: skip
def test_a_literal_of_the_query_that_looks_like_a_secret_is_sent_and_not_shown(
    query: str, sent: str, shown: str
) -> None:
    check = read(f"get: /, query: {query}", T="ttt")
    assert check.request.url.reveal() == f"https://shop.example.com/?{sent}"
    assert check.request.url.shown == check.facts.url == f"https://shop.example.com/?{shown}"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("/a?token=abc&limit=1", "/a?token=***&limit=1"),
        ("/a?token=${env:T}&limit=${env:T}", "/a?token=${env:T}&limit=${env:T}"),
        ("/${env:T}/a?x=1", "/${env:T}/a?x=1"),
        ("/hook/AKIAABCDEFGHIJKLMNOP", "/hook/***"),
    ],
)
def test_so_is_one_in_the_url_itself(written: str, shown: str) -> None:
    assert read(f'get: "{written}"', T="ttt").facts.url == f"https://shop.example.com{shown}"
    assert masked(f"https://shop.example.com{written}") == f"https://shop.example.com{shown}"


def test_a_masked_literal_changes_neither_the_definition_nor_what_is_sent() -> None:
    one, other = (read(f"get: /, query: {{api_key: {value}}}") for value in ("aaa", "bbb"))
    assert one.definition == other.definition
    assert one.request.url.reveal() != other.request.url.reveal()
