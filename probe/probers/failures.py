"""A library's exceptions to one named failure, most specific first."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import anyio
import h11
import httpcore

from probe.model.sample import Failure, FailureKind
from probe.probers.resolve import AddressBlocked

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

_ERRNO: Final = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ENETUNREACH: FailureKind.UNREACHABLE,
    errno.EHOSTUNREACH: FailureKind.UNREACHABLE,
    errno.EADDRNOTAVAIL: FailureKind.UNREACHABLE,
    errno.ETIMEDOUT: FailureKind.TIMEOUT,
    errno.ECONNRESET: FailureKind.RESET,
    errno.EPIPE: FailureKind.RESET,
    errno.EMFILE: FailureKind.PROBER_FAULT,
    errno.ENFILE: FailureKind.PROBER_FAULT,
    errno.ENOMEM: FailureKind.PROBER_FAULT,
}


class TargetFailure(Exception):
    """A failure that the prober itself found, such as a body that is too long."""

    def __init__(self, kind: FailureKind, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(kind=kind, detail=detail)


def classify(error: Exception, phase: str) -> Failure:
    """Why an attempt has no response. `phase` is the one that was going on.

    An exception that nobody expected is the prober's own fault, never the target's.
    """
    for cause in _causes(error):
        if found := _known(cause, phase):
            return found
    return Failure(kind=FailureKind.PROBER_FAULT, detail=f"unexpected {type(error).__name__} during {phase}")


def _known(error: BaseException, phase: str) -> Failure | None:
    if isinstance(error, TargetFailure):
        return error.failure
    return _of_name(error, phase) or _of_tls(error, phase) or _of_connection(error, phase) or _of_http(error)


def _of_name(error: BaseException, phase: str) -> Failure | None:
    match error:
        case AddressBlocked():
            return Failure(kind=FailureKind.BLOCKED, detail=str(error))
        case socket.gaierror():
            return Failure(kind=FailureKind.DNS, detail=f"the name could not be resolved: {error.strerror}")
        case UnicodeError() if phase == "dns":
            return Failure(
                kind=FailureKind.DNS,
                detail="the name could not be resolved: it is not a valid host name",
            )
        case _:
            return None


def _of_tls(error: BaseException, phase: str) -> Failure | None:
    match error:
        case ssl.SSLCertVerificationError():
            kind = _CERTIFICATE.get(error.verify_code, FailureKind.TLS)
            return Failure(kind=kind, detail=f"the certificate was refused: {error.verify_message}")
        case ssl.SSLError():
            return Failure(kind=FailureKind.TLS, detail=f"TLS failed during {phase}: {_reason(error)}")
        case _:
            return None


def _of_connection(error: BaseException, phase: str) -> Failure | None:
    match error:
        case ConnectionRefusedError():
            return Failure(kind=FailureKind.REFUSED, detail="the connection was refused")
        case ConnectionResetError() | BrokenPipeError() | anyio.BrokenResourceError() | anyio.EndOfStream():
            return Failure(
                kind=FailureKind.RESET,
                detail=f"the connection was closed by the target during {phase}",
            )
        case OSError() if error.errno in _ERRNO:
            return Failure(kind=_ERRNO[error.errno], detail=f"{error.strerror} during {phase}")
        case _:
            return None


def _of_http(error: BaseException) -> Failure | None:
    if not isinstance(error, h11.RemoteProtocolError | httpcore.RemoteProtocolError):
        return None
    said = str(error) or "not HTTP"
    if "without sending" in said or "complete message body" in said:
        return Failure(kind=FailureKind.RESET, detail=f"the connection was closed too early: {said}")
    return Failure(kind=FailureKind.PROTOCOL, detail=f"the response is not valid HTTP: {said}")


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The innermost reason says most, so the chain comes from the inside out."""
    if error is None:
        return
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    yield from _causes(error.__cause__ or error.__context__)
    yield error
