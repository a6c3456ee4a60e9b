"""The requests of one attempt: the first, and those that redirects ask for."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin

import httpx

from probe import __version__
from probe.model.check import Connection, Request
from probe.model.sample import FailureKind
from probe.probers.decoding.registry import ACCEPTED
from probe.probers.raised import TargetFailure
from probe.probers.seam import CONNECTION, RECORDER, WRITTEN
from probe.probers.timing import Recorder
from probe.probers.written import readable_head, wire_form

_PRODUCT: Final = f"probe/{__version__}"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_DEFAULTS: Final = {"accept": "*/*", "accept-encoding": ACCEPTED}
_SAFE_ELSEWHERE: Final = frozenset({"user-agent", "accept", "accept-encoding", "accept-language"})
"""All that goes along to another origin: what the user configured was meant for theirs."""

_OF_THE_BODY: Final = frozenset({"content-length", "transfer-encoding"})
"""httpx sets them again, to fit."""

_HIGHEST_PORT: Final = 65_535


def user_agent(contact: str | None) -> str:
    """What we call ourselves. `contact` is where those who find us in their logs can ask who we are."""
    return f"{_PRODUCT} (+{contact})" if contact else f"{_PRODUCT} (synthetic monitoring)"


def host_of(request: Request) -> str:
    """Whom a request connects to first: the socket, the proxy, or the URL's own host and port. It may hold a secret."""
    if request.connection.unix_socket:
        return request.connection.unix_socket
    text = (request.connection.proxy or request.url).reveal()
    try:
        url = _url(text)
    except httpx.InvalidURL:  # measuring it will tell
        return text
    return f"{url.host}:{_port(url)}"


@dataclass(frozen=True, slots=True, repr=False)
class Hop:
    """A request that is ready to be sent, as often as its check is due.

    Attributes:
        request: as httpx has it; what is sent are copies.
        written: as HTTP/1.1 writes it.
        head: as a person reads it, without its body.
    """

    request: httpx.Request
    written: bytes
    head: str

    @classmethod
    def of(cls, request: httpx.Request) -> Hop:
        """A request made ready.

        Raises:
            ValueError: it can't be written.
        """
        written = wire_form(request)
        return cls(request, written, readable_head(written))

    def sent(self, recorder: Recorder, connection: Connection) -> httpx.Request:
        """What an engine gets."""
        made = copy(self.request)  # which leaves out the two below
        made.stream = self.request.stream
        made.extensions = {RECORDER: recorder, CONNECTION: connection, WRITTEN: self.written}
        return made


def first_hop(request: Request, user_agent: str) -> Hop:
    """The request as configured; its headers win over the defaults."""
    given = [(name, value.reveal()) for name, value in request.headers]
    names = {name.lower() for name, _ in given}
    defaults = [(name, value) for name, value in {"user-agent": user_agent, **_DEFAULTS}.items() if name not in names]
    body = request.body.reveal().encode() if request.body else None
    return Hop.of(httpx.Request(request.method, _url(request.url.reveal()), headers=[*defaults, *given], content=body))


def next_hop(hop: Hop, status: int, location: str) -> Hop:
    """The request that a redirect asks for, without what isn't meant for another origin.

    Raises:
        TargetFailure: the location is no URL, leaves https, or would carry the body elsewhere.
    """
    last = hop.request
    url = _target(last.url, location)
    is_same_origin = _origin(url) == _origin(last.url)
    keeps = _keeps_method(last.method, status)
    if keeps and last.content and not is_same_origin:
        raise TargetFailure(FailureKind.REDIRECT, "redirected to another origin, which must not get the body")
    headers = [
        (name, value)
        for name, value in last.headers.multi_items()
        if name not in _OF_THE_BODY
        and (is_same_origin or name in _SAFE_ELSEWHERE)
        and (keeps or not name.startswith("content-"))
    ]
    method, content = (last.method, last.content) if keeps else ("GET", None)
    return Hop.of(httpx.Request(method, url, headers=headers, content=content))


def next_way(connection: Connection, hop: Hop, to: Hop) -> Connection:
    """How to get to the next hop: a client certificate, a server's name and a socket were meant for one origin."""
    if _origin(hop.request.url) == _origin(to.request.url):
        return connection
    tls = replace(connection.tls, certificate=None, key=None, server_name=None)
    return replace(connection, tls=tls, unix_socket=None)


def _keeps_method(method: str, status: int) -> bool:
    """What browsers do, written down in the Fetch standard."""
    if status in (301, 302):
        return method != "POST"
    return status != 303 or method in ("GET", "HEAD")


def _target(base: httpx.URL, location: str) -> httpx.URL:
    try:
        url = _url(urljoin(str(base), location))
    except (httpx.InvalidURL, ValueError):
        raise TargetFailure(FailureKind.REDIRECT, "redirected to something that is not a URL") from None
    if url.scheme not in ("http", "https") or not url.raw_host or not 0 < _port(url) <= _HIGHEST_PORT:
        raise TargetFailure(FailureKind.REDIRECT, "redirected to something that is not an HTTP address")
    if base.scheme == "https" and url.scheme == "http":
        raise TargetFailure(FailureKind.REDIRECT, "redirected from https to http")
    return url


def _url(text: str) -> httpx.URL:
    """httpx looks into a host's Punycode only when asked for the host, and fails in another way then."""
    url = httpx.URL(text)
    try:
        _ = url.host
    except UnicodeError:
        raise httpx.InvalidURL("Invalid IDNA hostname") from None
    return url


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host, _port(url)


def _port(url: httpx.URL) -> int:
    """httpx gives no port where it is the scheme's own, but gives 0."""
    return {"http": 80, "https": 443}.get(url.scheme, 0) if url.port is None else url.port
