"""A library's exceptions to one named failure, most specific first.

No detail repeats what the target sent: it may have reflected a secret.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import anyio
import h11
import httpcore
import httpx

from probe.model.sample import Failure, FailureKind
from probe.model.units import Micros, format_duration
from probe.probers.resolve import AddressBlocked
from probe.probers.tls import AuthorityUnreadable

_CERTIFICATE: Final = {
    9: FailureKind.TLS_NOT_YET_VALID,
    10: FailureKind.TLS_EXPIRED,
    18: FailureKind.TLS_SELF_SIGNED,
    19: FailureKind.TLS_UNKNOWN_AUTHORITY,
    20: FailureKind.TLS_UNKNOWN_AUTHORITY,
    21: FailureKind.TLS_UNKNOWN_AUTHORITY,
    62: FailureKind.TLS_WRONG_HOST,
    64: FailureKind.TLS_WRONG_HOST,
}
"""OpenSSL's X509_V_ERR_* codes."""

_TLS_REASONS: Final = {
    "WRONG_VERSION_NUMBER": "the target does not answer in TLS",
    "PACKET_LENGTH_TOO_LONG": "the target does not answer in TLS",
    "RECORD_LAYER_FAILURE": "the target does not answer in TLS",
    "HTTP_REQUEST": "the target does not answer in TLS",
    "UNSUPPORTED_PROTOCOL": "the target does not offer TLS 1.2 or later",
    "TLSV1_ALERT_PROTOCOL_VERSION": "the target does not offer TLS 1.2 or later",
}

_ERRNO: Final = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ENETUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTUNREACH: FailureKind.UNREACHABLE,
    errno.ENETDOWN: FailureKind.UNREACHABLE,
    errno.EHOSTDOWN: FailureKind.UNREACHABLE,
    errno.ETIMEDOUT: FailureKind.TIMEOUT,
    errno.ECONNRESET: FailureKind.RESET,
    errno.ECONNABORTED: FailureKind.RESET,
    errno.ENOTCONN: FailureKind.RESET,
    errno.EPIPE: FailureKind.RESET,
}
"""Any other number is about this machine: out of descriptors, ports or memory, or a rule of its own firewall."""

_LOOKUP_FAULTS: Final = frozenset({socket.EAI_SYSTEM, socket.EAI_MEMORY})

_DOING: Final = {
    "start": "before the connection",
    "dns": "while the name was resolved",
    "connect": "while connecting",
    "tls": "during the TLS handshake",
    "send": "while the request was sent",
    "wait": "while waiting for the first byte",
    "transfer": "while the response was read",
}


class TargetFailure(Exception):
    """A failure that the prober itself found, such as a body that is too long."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(kind=kind, detail=detail)


def timed_out(timeout: Micros, phase: str) -> Failure:
    """The deadline came during `phase`."""
    return Failure(
        kind=FailureKind.TIMEOUT,
        detail=f"no complete response within {format_duration(timeout)}: stopped {_DOING[phase]}",
    )


def classify(error: Exception, phase: str) -> Failure:
    """Why an attempt has no response. `phase` is the one that was going on.

    An exception that nobody expected is the prober's own fault, never the target's.
    """
    for cause in _causes(error):
        if found := _known(cause, phase):
            return found
    return Failure(kind=FailureKind.PROBER_FAULT, detail=f"unexpected {type(error).__name__} {_DOING[phase]}")


def _known(error: BaseException, phase: str) -> Failure | None:
    if isinstance(error, TargetFailure):
        return error.failure
    return _of_name(error, phase) or _of_tls(error, phase) or _of_connection(error, phase) or _of_http(error)


def _of_name(error: BaseException, phase: str) -> Failure | None:
    match error:
        case AddressBlocked():
            return Failure(kind=FailureKind.BLOCKED, detail=str(error))
        case socket.gaierror():
            kind = FailureKind.PROBER_FAULT if error.errno in _LOOKUP_FAULTS else FailureKind.DNS
            return Failure(kind=kind, detail=f"the name could not be resolved: {error.strerror}")
        case UnicodeError() if phase == "dns":
            return _no_host_name()
        case httpx.InvalidURL() if "IDNA" in str(error):
            return _no_host_name()
        case _:
            return None


def _no_host_name() -> Failure:
    return Failure(kind=FailureKind.DNS, detail="the name could not be resolved: it is not a valid host name")


def _of_tls(error: BaseException, phase: str) -> Failure | None:
    match error:
        case AuthorityUnreadable():
            return Failure(kind=FailureKind.PROBER_FAULT, detail=str(error))
        case ssl.SSLCertVerificationError():
            kind = _CERTIFICATE.get(error.verify_code, FailureKind.TLS)
            is_of_other_host = kind is FailureKind.TLS_WRONG_HOST
            reason = "it is for another host" if is_of_other_host else error.verify_message
            return Failure(kind=kind, detail=f"the certificate was refused: {reason}")
        case ssl.SSLError():
            return Failure(kind=FailureKind.TLS, detail=f"TLS failed {_DOING[phase]}: {_reason(error)}")
        case _:
            return None


def _of_connection(error: BaseException, phase: str) -> Failure | None:
    match error:
        case anyio.BrokenResourceError() | anyio.EndOfStream():
            return Failure(kind=FailureKind.RESET, detail=f"the target closed the connection {_DOING[phase]}")
        case OSError() if error.errno:
            kind = _ERRNO.get(error.errno, FailureKind.PROBER_FAULT)
            return Failure(kind=kind, detail=f"{os.strerror(error.errno).lower()} {_DOING[phase]}")
        case _:
            return None


def _of_http(error: BaseException) -> Failure | None:
    if not isinstance(error, h11.RemoteProtocolError | httpcore.RemoteProtocolError):
        return None
    said = str(error).partition(":")[0]  # what follows quotes the target
    if "without sending" in said or "unexpectedly closed" in said:
        return Failure(
            kind=FailureKind.RESET, detail="the target closed the connection before the response was complete"
        )
    if "too long" in said:
        return Failure(kind=FailureKind.TOO_LARGE, detail="the head of the response is longer than 100 KiB")
    return Failure(kind=FailureKind.PROTOCOL, detail=f"the response is not valid HTTP: {said or 'nothing known'}")


def _reason(error: ssl.SSLError) -> str:
    reason = error.reason or "unknown reason"
    return _TLS_REASONS.get(reason, reason.replace("_", " ").lower())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The innermost reason says most, so the chain comes from the inside out.

    What was merely being handled (`__context__`) is no reason: a mistake of ours in there stays ours.
    """
    if error is None:
        return
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    yield from _causes(error.__cause__)
    yield error
