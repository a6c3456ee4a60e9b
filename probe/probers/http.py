"""One HTTP check measured once: a complete response or a named failure, always inside the deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, cast

import httpx

from probe.model.check import Check, Request
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.sensitive import MASK, Sensitive
from probe.model.units import SECOND, Micros
from probe.probers.decode import BodyReader
from probe.probers.failures import classify, timed_out
from probe.probers.hops import REDIRECTS, Hop, first_hop, next_hop, next_way, user_agent
from probe.probers.raised import TargetFailure
from probe.probers.timing import Recorder, Via

_EVIDENCE: Final = 8 * 1024
"""Bytes kept of a body that failed: more than is shown, for what may be a secret is masked before it is cut."""

_FRAMING: Final = 2**20
"""Bytes on the wire that need not be body, beside as many again as the body may have."""

_ENCODING: Final = "content-encoding"
_NOT_THE_PROXYS: Final = frozenset({FailureKind.PROBER_FAULT, FailureKind.PROXY, FailureKind.BLOCKED})
_OF_THE_TARGET: Final = frozenset({FailureKind.TIMEOUT, FailureKind.UNREACHABLE})
_SENDING: Final = frozenset({"send", "wait", "transfer"})


@dataclass(slots=True)
class _Response:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


@dataclass(slots=True)
class _Seen:
    """What was seen so far, for a failure may come at any time."""

    hop: Hop | None = None
    response: _Response | None = None
    redirects: int = 0


class HttpProber:
    """Measures HTTP checks through a transport.

    The transport is called directly, without an httpx client: a client keeps cookies from one check to the next and
    logs whole URLs, secrets included.

    Args:
        contact: a URL that requests tell in their User-Agent, unless a check says otherwise.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport, now: Callable[[], Micros], *, contact: str | None = None
    ) -> None:
        self._transport = transport
        self._now = now
        self._user_agent = user_agent(contact)
        self._hops: dict[Request, Hop] = {}

    def prepare(self, check: Check) -> None:
        """Have the check's request ready; one that can't be made will say so when it is measured."""
        with suppress(httpx.InvalidURL, ValueError):
            self._first_hop(check.request)

    async def renew(self, *, contact: str | None) -> None:
        """Forget what was made ready, and close what rests: checks may be gone, and files may have changed."""
        self._user_agent = user_agent(contact)
        self._hops.clear()
        await self._transport.aclose()

    async def measure(self, check: Check) -> Sample:
        """One attempt. A target's failure is data in the sample; only cancellation is raised."""
        started_at = self._now()
        recorder = Recorder(started_at)
        seen = _Seen()
        failure: Failure | None = None
        deadline = asyncio.timeout(check.timeout / SECOND)
        try:
            async with deadline:
                await self._follow(check.request, recorder, seen)
        except Exception as error:  # noqa: BLE001  # whatever goes wrong becomes a named failure
            phase = recorder.current()
            failure = timed_out(check.timeout, phase) if deadline.expired() else classify(error, phase)
            if phase not in _SENDING:
                seen.hop = None
            if recorder.via:
                failure = _of_the_proxy(failure, recorder.via)
        recorder.finish_hop(is_complete=failure is None)
        return _sample(started_at, recorder, seen, failure, check.request.connection.proxy)

    async def aclose(self) -> None:
        """Close what is kept open between attempts."""
        await self._transport.aclose()

    def _first_hop(self, request: Request) -> Hop:
        found = self._hops.get(request)
        if found is None:
            found = self._hops[request] = first_hop(request, self._user_agent)
        return found

    async def _follow(self, request: Request, recorder: Recorder, seen: _Seen) -> None:
        """Each hop is made, timed and vetted like the first."""
        hop, connection = self._first_hop(request), request.connection
        while True:
            seen.hop = hop
            response = await self._fetch(hop.sent(recorder, connection), request.max_body, recorder, seen)
            location = next((value for name, value in response.headers if name == "location"), None)
            if response.status not in REDIRECTS or location is None or not request.max_redirects:
                return
            if seen.redirects == request.max_redirects:
                raise TargetFailure(FailureKind.REDIRECT, f"more than {request.max_redirects} redirects")
            hop, last = next_hop(hop, response.status, location), hop
            connection = next_way(connection, last, hop)
            seen.redirects += 1
            seen.response = None
            recorder.next_hop()

    async def _fetch(self, request: httpx.Request, max_body: int, recorder: Recorder, seen: _Seen) -> _Response:
        most = recorder.received + 2 * max_body + _FRAMING
        response = await self._transport.handle_async_request(request)
        try:
            headers = tuple([(_text(name).lower(), _text(value)) for name, value in response.headers.raw])
            found = seen.response = _Response(response.status_code, headers)
            reader = BodyReader(", ".join([value for name, value in headers if name == _ENCODING]), max_body)
            try:
                async for part in cast("httpx.AsyncByteStream", response.stream):
                    _refuse_framing(recorder.received, most)
                    reader.feed(part)
                found.body = reader.body()
            except BaseException:
                found.body = reader.start(_EVIDENCE)
                raise
        finally:
            await response.aclose()
        return found


def _text(raw: bytes) -> str:
    """What a header says: UTF-8 where it is that, else in the charset that HTTP began with."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _refuse_framing(received: int, most: int) -> None:
    if received > most:
        detail = "the response is far longer on the wire than its body: it comes in chunks of next to nothing"
        raise TargetFailure(FailureKind.TOO_LARGE, detail)


def _of_the_proxy(failure: Failure, via: Via) -> Failure:
    """Nothing is known of a target while the proxy before it fails. One that asked it in vain says something of it."""
    if failure.kind in _NOT_THE_PROXYS or (via is Via.ASKING and failure.kind in _OF_THE_TARGET):
        return failure
    return Failure(kind=FailureKind.PROXY, detail=f"the proxy can't be used: {failure.detail}")


def _head(hop: Hop, http_version: str | None, proxy: Sensitive | None) -> str:
    """The request as it was sent: HTTP/2 packs the same in another way; a proxy that passes it on gets the whole URL."""
    if proxy and hop.request.url.scheme == "http":
        return _head_for(proxy, hop)
    return hop.head.replace(" HTTP/1.1", " HTTP/2", 1) if http_version == "HTTP/2" else hop.head


def _head_for(proxy: Sensitive, hop: Hop) -> str:
    origin = hop.request.url.copy_with(raw_path=b"/", userinfo=b"", fragment=None)
    head = hop.head.replace(" ", f" {str(origin).removesuffix('/')}", 1)
    credentials = f"\nproxy-authorization: Basic {MASK}" if httpx.URL(proxy.reveal()).userinfo else ""
    return head.replace("\n", f"{credentials}\n", 1)


def _sample(
    started_at: Micros, recorder: Recorder, seen: _Seen, failure: Failure | None, proxy: Sensitive | None
) -> Sample:
    last = seen.response
    return Sample(
        started_at=started_at,
        latency_us=recorder.latency(),
        phases=recorder.phases(),
        http_status=last.status if last else None,
        http_version=recorder.http_version,
        request_head=_head(seen.hop, recorder.http_version, proxy) if seen.hop else "",
        headers=last.headers if last else (),
        body=last.body if last else b"",
        bytes_sent=recorder.sent,
        bytes_received=recorder.received,
        redirects=seen.redirects,
        address=recorder.address,
        tls=recorder.tls,
        failure=failure,
    )
