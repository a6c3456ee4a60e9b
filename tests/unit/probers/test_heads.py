"""What no response's head may have, whichever engine read it."""

from __future__ import annotations

import pytest

from probe.model.sample import FailureKind
from probe.probers.heads import LONGEST_HEAD, check_head
from probe.probers.raised import TargetFailure


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"X-Text", b"caf\xe9\twith a tab")],
        [(b"Content-Length", b"3")],
        [(b"Transfer-Encoding", b" Chunked ")],
        [(b"x", b"y" * (LONGEST_HEAD - 1))],
    ],
)
def test_an_ordinary_head_passes(headers: list[tuple[bytes, bytes]]) -> None:
    check_head(100, headers)
    check_head(999, headers)


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (99, [], "its status is none"),
        (200, [(b"x", b"a\x00b")], "a header has a control character"),
        (200, [(b"x", b"a\nb")], "a header has a control character"),
        (200, [(b"x", b"\x7f")], "a header has a control character"),
        (200, [(b"Connection ", b"close")], "a header's name has a space"),
        (200, [(b"Content-Length", b"3"), (b"TRANSFER-ENCODING", b"chunked")], "it has two lengths"),
        (200, [(b"Transfer-Encoding", b"gzip, chunked")], "it has a transfer-encoding that nobody asked for"),
        (200, [(b"transfer-encoding", b"chunked")] * 2, "it has a transfer-encoding that nobody asked for"),
    ],
)
def test_an_odd_head_is_refused_in_a_word(status: int, headers: list[tuple[bytes, bytes]], says: str) -> None:
    with pytest.raises(TargetFailure) as caught:
        check_head(status, headers)
    assert caught.value.failure.kind is FailureKind.PROTOCOL
    assert caught.value.failure.detail == f"the response is not valid HTTP: {says}"


def test_a_head_that_came_at_once_is_bounded_as_well() -> None:
    with pytest.raises(TargetFailure) as caught:
        check_head(200, [(b"x", b"y" * 1_000)] * 110)
    assert caught.value.failure.kind is FailureKind.TOO_LARGE
