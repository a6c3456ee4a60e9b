from __future__ import annotations

import gzip
import io
import tracemalloc

import pytest

from probe.runtime.lines import LONGEST_LINE, Line, read_lines


def lines(content: bytes) -> list[Line]:
    return list(read_lines(io.BufferedReader(io.BytesIO(content))))


def test_lines_keep_the_numbers_that_an_editor_shows() -> None:
    assert lines(b"a\n\n  \nb\r\nc") == [Line(1, b"a"), Line(4, b"b"), Line(5, b"c")]


def test_an_empty_file_has_none() -> None:
    assert lines(b"") == lines(b"\n\n") == []


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert lines(b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}") == [Line(1, b"{}"), Line(2, b"\xef\xbb\xbf{}")]


@pytest.mark.parametrize("length", [LONGEST_LINE + 1, LONGEST_LINE + 2, 3 * LONGEST_LINE, 3 * LONGEST_LINE + 3])
def test_a_line_that_is_too_long_hides_none_after_it(length: int) -> None:
    assert lines(b"x" * length + b"\nb\n" + b"y" * length) == [
        Line(1, b"", "is longer than 1 MiB"),
        Line(2, b"b"),
        Line(3, b"", "is longer than 1 MiB"),
    ]


def test_the_longest_line_is_read() -> None:
    (line,) = lines(b"x" * (LONGEST_LINE - 1) + b"\n")
    assert (len(line.content), line.fault) == (LONGEST_LINE - 1, None)


def test_gzip_is_recognised() -> None:
    assert lines(gzip.compress(b"a\n") + gzip.compress(b"b\n")) == [Line(1, b"a"), Line(2, b"b")]


@pytest.mark.parametrize("damage", [slice(0, -20), slice(0, 12)])
def test_what_breaks_off_is_told(damage: slice) -> None:
    packed = gzip.compress(b"a\n" + bytes(range(256)) * 64)[damage]
    *_, last = lines(packed)
    assert last.fault == "the file is damaged, or breaks off: gzip can't unpack the rest"


def test_a_bomb_takes_no_memory() -> None:
    bomb = gzip.compress(bytes(200 << 20))
    tracemalloc.start()
    assert [line.fault for line in lines(bomb)] == ["is longer than 1 MiB"]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 16 << 20
