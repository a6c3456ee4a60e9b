"""What passes through the `httpx.AsyncBaseTransport` seam beside the request.

An engine takes both from the request's extensions, makes one new connection, and fills the recorder as it goes, also when it fails. Nothing
above the seam knows which engine it is.
"""

from __future__ import annotations

from typing import Final

RECORDER: Final = "probe.recorder"
"""The request extension that carries the `Recorder`."""

CONNECTION: Final = "probe.connection"
"""The request extension that carries the `Connection`: how to get to the target."""
