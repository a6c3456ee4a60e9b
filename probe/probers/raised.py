"""What the prober raises itself when a target fails, and what several of its parts say in the same words."""

from __future__ import annotations

from typing import Final

from probe.model.sample import Failure, FailureKind

CLOSED_EARLY: Final = "the target closed the connection before the response was complete"
CLOSED_IN_HANDSHAKE: Final = "the target closed the connection during the TLS handshake"


class TargetFailure(Exception):
    """A failure that the prober itself found, such as a body that is too long."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(kind=kind, detail=detail)
