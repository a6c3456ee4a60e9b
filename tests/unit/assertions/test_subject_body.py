from __future__ import annotations

import time

import pytest

from probe.assertions.decoding import MAX_DAMAGED
from probe.assertions.reading import Reading
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


CHARSETS = [
    "utf-8",
    "utf-16",
    "utf-16le",
    "utf-16be",
    "utf-32",
    "utf-32le",
    "utf-32be",
    "ascii",
    "gbk",
    "gb2312",
    "gb18030",
    "big5",
    "euc-jp",
    "euc-kr",
    "shift_jis",
    "iso-2022-jp",
    "macintosh",
    "koi8-r",
    "koi8-u",
    "latin-1",
    "iso-8859-1",
    "iso-8859-3",
    "iso-8859-6",
    "iso-8859-7",
    "iso-8859-8",
    "iso-8859-11",
    "windows-1250",
    "windows-1252",
    "windows-1253",
    "windows-1255",
    "windows-1257",
    "windows-1258",
]


@pytest.mark.parametrize("charset", CHARSETS)
@pytest.mark.parametrize("data", [b"\x81", b"\xff", b"\xd2", b"\xa1\xa1", b"\x00\xdc", b"\xff\xfe\x00\xdc"])
def test_no_encoding_holds_up_the_loop_where_all_is_wrong(charset: str, data: bytes) -> None:
    page = with_body(data * (4 * MAX_DAMAGED // len(data)), f"text/plain; charset={charset}")
    before = time.thread_time()
    found("body contains x", page)
    assert time.thread_time() - before < 0.3  # with an error handler for each byte it's 0.6 s and more, else 0.03


@pytest.mark.parametrize("charset", ["windows-1252", "iso-8859-6", "koi8-u", "latin-1", "utf-16", "utf-32", "gbk"])
def test_what_is_wrong_in_it_is_replaced_as_python_does(charset: str) -> None:
    data = bytes(range(256)) + b"\x00\xdc"
    page = with_body(data, f"text/plain; charset={charset.upper()}")
    assert Reading(page).text() == data.decode(charset, "replace")


def test_of_a_large_body_in_damaged_utf_16_nothing_can_be_said() -> None:
    page = with_body(b"\x00\xdc" * MAX_DAMAGED, "text/plain; charset=utf-16le")
    assert found("body contains x", page) == "the body is not UTF-16LE: illegal encoding at byte 1"
    assert found("body not contains x", page) is not None


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
