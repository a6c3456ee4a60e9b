"""One request's response, as llhttp reads it off a wire."""

from __future__ import annotations

from typing import Final

import httptools

from probe.probers.heads import LONGEST_HEAD, MOST_FRAMING, check_head, not_http, too_long
from probe.probers.raised import TargetFailure
from probe.probers.timing import Recorder
from probe.probers.wire import Wire

_FRAMING: Final = (b"content-length", b"transfer-encoding")


class Exchange:
    """One request and its response over a wire: `send`, `head`, then `parts` until it is empty.

    Each waits until its step is done or has failed, and raises what went wrong.

    Attributes:
        status, headers: of the response, once `head` is through.
        is_complete: the whole response is there.
    """

    def __init__(self, wire: Wire, recorder: Recorder, *, has_body: bool) -> None:
        self._wire = wire
        self._recorder = recorder
        self._has_body = has_body
        self._parser = httptools.HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # not for us, who send one request and believe nothing
            lenient_optional_cr_before_lf=True,  # RFC 9112 §2.2
            lenient_headers=True,  # RFC 9112 §5.2: lines may be folded; `check_head` sees to the rest
            lenient_spaces_after_chunk_size=True,  # old servers pad it
        )
        self._parts: list[bytes] = []
        self._framing = 0
        self._is_framed = self._has_head = self._is_kept = self._has_excess = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_complete = False
        wire.attach(self, recorder)

    @property
    def leaves_a_reusable_wire(self) -> bool:
        """Whether the target lets another request follow on the same connection."""
        return self.is_complete and self._is_kept and not self._has_excess and self._wire.is_reusable

    # What the coroutine calls.

    async def send(self, request: bytes) -> None:
        """Write the request; a target that answers before it was read to its end has answered."""
        await self._wire.send(request, lambda: self._has_head)

    async def head(self) -> None:
        """Wait for status and headers."""
        await self._wire.until(lambda: self._has_head)

    async def parts(self) -> list[bytes]:
        """What has come of the body since the last call; empty at its end."""
        await self._wire.until(lambda: bool(self._parts) or self.is_complete)
        parts, self._parts = self._parts, []
        return parts

    # What the wire calls.

    def take(self, data: bytes) -> None:
        """Read on.

        Raises:
            TargetFailure: it is no HTTP, or what is not its body is endless.
        """
        self._framing += len(data)
        self._parse(data)
        if self._framing > LONGEST_HEAD and not self.is_complete:
            raise too_long("what stands around the body") if self._has_head else too_long()

    def end(self) -> bool:
        """The connection is over: that ends a response whose length nobody told."""
        self.is_complete = self._has_head and not self._is_framed
        return self.is_complete

    def release(self) -> None:
        """The parser holds on to its callbacks, which are ours."""
        del self._parser

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An informational response may have come before this one; after it there must be nothing."""
        self._has_excess = self.is_complete
        if not self._has_head:
            self.headers = []
            self._is_framed = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_head:  # a trailer
            return
        self.headers.append((name, value))
        if name.lower() in _FRAMING:
            self._is_framed = True

    def on_headers_complete(self) -> None:
        if self._has_head:
            return
        self.status = self._parser.get_status_code()
        check_head(self.status, self.headers)
        if self.status >= 200:
            self._has_head = True
            self._framing = 0
            self.is_complete = not self._has_body
            self._is_kept = self._parser.should_keep_alive()
            self._recorder.http_version = f"HTTP/{self._parser.get_http_version()}"

    def on_body(self, body: bytes) -> None:
        self._framing = max(0, self._framing - (1 + MOST_FRAMING) * len(body))
        if not self.is_complete:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        self.is_complete = self._has_head

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise not_http("it switches protocols") from None
        except httptools.HttpParserError as error:
            if not self.is_complete:
                raise _found(error) from None
            self._has_excess = True


def _found(error: httptools.HttpParserError) -> TargetFailure:
    """What a callback found, or the parser itself."""
    return error.__context__ if isinstance(error.__context__, TargetFailure) else not_http()
