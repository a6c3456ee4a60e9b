from __future__ import annotations

import pytest

from tests.unit.assertions.judging import found, with_body

PAGE = with_body("<p>Grüße, OK</p>".encode(), "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "expectation",
    [
        "body contains OK",
        "body contains Grüße",
        'body not contains "error page"',
        "body != OK",
        "body starts with <p>",
        "body ends with </p>",
        "body matches '<p>.*OK'",
        "body not matches '^OK$'",
        "body in ['<p>Grüße, OK</p>', other]",
        "body not in [OK]",
        "body.size == 18B",
        "body.size != 16B",
        "body.size < 1KiB",
        "body.size <= 18B",
        "body.size > 17B",
        "body.size >= 18B",
    ],
)
def test_it_holds(expectation: str) -> None:
    assert found(expectation, PAGE) is None


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("body == OK", '"<p>Grüße, OK</p>"'),
        ("body not contains OK", '"<p>Grüße, OK</p>"'),
        ("body matches '^OK$'", '"<p>Grüße, OK</p>"'),
        ("body.size > 64KiB", "18B"),
        ("body.size != 18B", "18B"),
    ],
)
def test_it_shows_what_it_found(expectation: str, actual: str) -> None:
    assert found(expectation, PAGE) == actual


def test_the_charset_of_the_content_type_decides() -> None:
    assert found("body == é", with_body(b"\xe9", "text/plain; charset=ISO-8859-1")) is None
    assert found("body == é", with_body("é".encode("utf-16"), 'text/plain;charset="utf-16"')) is None


@pytest.mark.parametrize("charset", ["idna", "unicode_escape", "zlib", "no-such", "iso-8859-99", ""])
def test_an_encoding_that_is_not_of_the_web_is_read_as_utf_8(charset: str) -> None:
    assert found("body == é", with_body("é".encode(), f"text/plain; charset={charset}")) is None


def test_what_is_no_text_becomes_a_replacement_character() -> None:
    assert found("body == a\ufffdb", with_body(b"a\xffb", "text/plain")) is None


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert found("body == ok", with_body(b"\xef\xbb\xbfok", "text/plain")) is None


def test_anchors_are_the_ends_of_the_text_unless_lines_are_asked_for() -> None:
    lines = with_body(b"ok\nmore\n", "text/plain")
    assert found("body matches '^ok$'", lines) == r'"ok\nmore\n"'
    assert found("body matches '(?m)^ok$'", lines) is None


def test_a_pattern_made_to_backtrack_is_answered_all_the_same() -> None:
    assert found("body matches '(a+)+$'", with_body(b"a" * 100_000)) is None
    assert found("body not matches '^(a+)+$'", with_body(b"a" * 100_000 + b"!")) is None


def test_five_megabytes_are_searched_to_the_end() -> None:
    large = with_body(b"x" * 5_000_000 + b"needle")
    assert found("body contains needle", large) is None
    assert found("body matches needle$", large) is None
