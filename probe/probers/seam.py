"""What passes through the `httpx.AsyncBaseTransport` seam beside the request.

An engine takes both from the request's extensions, and fills the recorder as it goes, also when it fails. Nothing
above the seam knows which engine it is. Without them an engine is an ordinary transport of httpx.
"""

from __future__ import annotations

from typing import Final

import httpx

from probe.model.check import Connection
from probe.probers.timing import Recorder
from probe.probers.written import wire_form

RECORDER: Final = "probe.recorder"
"""The request extension that carries the `Recorder`."""

CONNECTION: Final = "probe.connection"
"""The request extension that carries the `Connection`: how to get to the target."""

WRITTEN: Final = "probe.written"
"""The request extension that carries the request as HTTP/1.1 writes it, where somebody has made that already."""

_DEFAULT: Final = Connection()


def recorder_of(request: httpx.Request) -> Recorder:
    """The request's recorder."""
    found: Recorder | None = request.extensions.get(RECORDER)
    return found or Recorder()


def connection_of(request: httpx.Request) -> Connection:
    """How to get to the request's target."""
    found: Connection | None = request.extensions.get(CONNECTION)
    return found or _DEFAULT


def written_form(request: httpx.Request) -> bytes:
    """The request as HTTP/1.1 writes it."""
    found: bytes | None = request.extensions.get(WRITTEN)
    return found or wire_form(request)
