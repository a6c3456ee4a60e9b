"""`http.version` and `tls.version`: what the target and probe agreed to speak."""

from __future__ import annotations

from typing import Final

from probe.assertions.reading import Reading
from probe.assertions.subject import Subject
from probe.assertions.text import TEXT
from probe.assertions.unreadable import Unreadable


def _http(reading: Reading) -> str:
    version = reading.sample.http_version
    if version is None:
        raise Unreadable("no version of HTTP is known")
    return version


def _tls(reading: Reading) -> str:
    tls = reading.sample.tls
    if tls is None or tls.version is None:
        raise Unreadable("no version of TLS, for the connection is not encrypted")
    return tls.version


HTTP_VERSION: Final[Subject[str]] = Subject(
    name="http.version",
    about="the version of HTTP that was spoken",
    example="http.version == HTTP/2",
    kind=TEXT,
    reader=lambda _: _http,
)

TLS_VERSION: Final[Subject[str]] = Subject(
    name="tls.version",
    about="the version of TLS that was spoken",
    example="tls.version == TLSv1.3",
    kind=TEXT,
    reader=lambda _: _tls,
)
