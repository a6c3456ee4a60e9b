"""One HTTP check measured once: a complete response or a named failure, always inside the deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from probe import __version__
from probe.model.check import Check, Request
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.units import SECOND, Micros, format_duration
from probe.probers.decode import ACCEPTED, BodyReader
from probe.probers.failures import TargetFailure, classify
from probe.probers.timing import Recorder
from probe.probers.transport import RECORDER, TLS_POLICY

USER_AGENT: Final = f"probe/{__version__} (synthetic monitoring)"
_DEFAULTS: Final = {"user-agent": USER_AGENT, "accept": "*/*", "accept-encoding": ACCEPTED}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD: Final = frozenset({307, 308})
_SAFE_ELSEWHERE: Final = frozenset({"user-agent", "accept", "accept-encoding", "accept-language"})
"""All that goes along to another origin: what the user configured was meant for theirs (STANDARDS §7)."""


@dataclass(slots=True)
class _Response:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class HttpProber:
    """Measures HTTP checks through a transport.

    The transport is called directly, without an httpx client: a client keeps cookies from one check to the next and
    logs whole URLs, secrets included.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, now: Callable[[], Micros]) -> None:
        self._transport = transport
        self._now = now

    async def measure(self, check: Check) -> Sample:
        """One attempt. A target's failure is data in the sample; only cancellation is raised."""
        recorder = Recorder()
        started_at = self._now()
        seen = _Seen()
        failure: Failure | None = None
        try:
            async with asyncio.timeout(check.timeout / SECOND):
                await self._follow(check.request, recorder, seen)
        except TimeoutError:
            failure = _timed_out(check, recorder.current())
        except Exception as error:  # noqa: BLE001  # whatever goes wrong becomes a named failure
            failure = classify(error, recorder.current())
        recorder.finish_hop(is_complete=failure is None)
        last = seen.response
        return Sample(
            started_at=started_at,
            latency_us=recorder.latency(),
            phases=recorder.phases(),
            http_status=last.status if last else None,
            http_version=recorder.http_version,
            headers=last.headers if last else (),
            body=last.body if last else b"",
            bytes_sent=recorder.sent,
            bytes_received=recorder.received,
            redirects=seen.redirects,
            address=recorder.address,
            tls=recorder.tls,
            failure=failure,
        )

    async def _follow(self, request: Request, recorder: Recorder, seen: _Seen) -> None:
        """Each hop is made, timed and vetted like the first."""
        hop = _first_request(request)
        while True:
            hop.extensions = {RECORDER: recorder, TLS_POLICY: request.tls}
            await self._fetch(hop, request.max_body, seen)
            response = seen.response
            if not response or response.status not in _REDIRECTS or not request.max_redirects:
                return
            location = next((value for name, value in response.headers if name == "location"), None)
            if location is None:
                return
            if seen.redirects == request.max_redirects:
                raise TargetFailure(FailureKind.REDIRECT, f"more than {request.max_redirects} redirects")
            hop = _next_request(hop, response.status, location)
            seen.redirects += 1
            seen.response = None
            recorder.finish_hop()

    async def _fetch(self, hop: httpx.Request, max_body: int, seen: _Seen) -> None:
        response = await self._transport.handle_async_request(hop)
        try:
            headers = tuple((name.lower(), value) for name, value in response.headers.multi_items())
            seen.response = _Response(response.status_code, headers)
            reader = BodyReader(response.headers.get("content-encoding", ""), max_body)
            async for part in response.aiter_raw():
                reader.feed(part)
            seen.response.body = reader.body()
        finally:
            await response.aclose()


@dataclass(slots=True)
class _Seen:
    """What was seen so far, for a failure may come at any time."""

    response: _Response | None = None
    redirects: int = 0


def _first_request(request: Request) -> httpx.Request:
    given = {name: value.reveal() for name, value in request.headers}
    body = request.body.reveal().encode() if request.body else None
    return httpx.Request(request.method, request.url.reveal(), headers={**_DEFAULTS, **given}, content=body)


def _next_request(hop: httpx.Request, status: int, location: str) -> httpx.Request:
    """The request that a redirect asks for, without what isn't meant for another origin.

    Raises:
        TargetFailure: the location is no URL, leaves https, or would carry the body elsewhere.
    """
    try:
        url = hop.url.join(location)
    except httpx.InvalidURL:
        raise TargetFailure(FailureKind.REDIRECT, "redirected to something that is not a URL") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise TargetFailure(FailureKind.REDIRECT, "redirected to something that is not an HTTP address")
    if hop.url.scheme == "https" and url.scheme == "http":
        raise TargetFailure(FailureKind.REDIRECT, "redirected from https to http")
    keeps = status in _KEEPS_METHOD or hop.method in ("GET", "HEAD")
    is_same_origin = _origin(url) == _origin(hop.url)
    if keeps and hop.content and not is_same_origin:
        raise TargetFailure(FailureKind.REDIRECT, "redirected to another origin, which must not get the body")
    headers = {
        name: value
        for name, value in hop.headers.items()
        if name not in ("host", "content-length", "transfer-encoding")
        and (is_same_origin or name in _SAFE_ELSEWHERE)
        and (keeps or not name.startswith("content-"))
    }
    return httpx.Request(hop.method if keeps else "GET", url, headers=headers, content=hop.content if keeps else None)


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _timed_out(check: Check, phase: str) -> Failure:
    doing = {
        "dns": "while the name was resolved",
        "connect": "while connecting",
        "tls": "during the TLS handshake",
        "send": "while the request was sent",
        "wait": "while waiting for the first byte",
        "transfer": "while the response was read",
    }
    return Failure(
        kind=FailureKind.TIMEOUT,
        detail=f"no complete response within {format_duration(check.timeout)}: stopped {doing[phase]}",
    )
