"""A library's exceptions to one named failure, most specific first.

No detail repeats what the target sent, for it may have reflected a secret; but for the names in a certificate.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from typing import Final

import anyio
import h11
import httpcore
import httpx
from OpenSSL import SSL

from probe.model.sample import Failure, FailureKind
from probe.model.units import Micros, format_duration, to_iso
from probe.probers.raised import CLOSED_EARLY, TargetFailure
from probe.probers.resolve import AddressBlocked
from probe.probers.secure import REVOKED, WRONG_HOST, CertificateRefused
from probe.probers.tls import TlsSetupUnusable

_CERTIFICATE: Final = {
    7: (FailureKind.TLS, "its signature is wrong"),
    9: (FailureKind.TLS_NOT_YET_VALID, "it is not valid yet"),
    10: (FailureKind.TLS_EXPIRED, "it has expired"),
    18: (FailureKind.TLS_SELF_SIGNED, "it is signed by itself"),
    19: (FailureKind.TLS_UNKNOWN_AUTHORITY, "its root certificate is not trusted"),
    20: (FailureKind.TLS_UNKNOWN_AUTHORITY, "its authority is not known here"),
    21: (FailureKind.TLS_UNKNOWN_AUTHORITY, "its authority is not known here"),
    REVOKED: (FailureKind.TLS_REVOKED, "its authority has revoked it"),
    22: (FailureKind.TLS, "its chain is longer than any that is honest"),
    25: (FailureKind.TLS, "its chain is longer than its authority allows"),
    26: (FailureKind.TLS, "it is not meant for servers"),
    WRONG_HOST: (FailureKind.TLS_WRONG_HOST, "it is for another host"),
    32: (FailureKind.TLS, "its authority may not sign certificates"),
    66: (FailureKind.TLS, "its key is too short"),
    67: (FailureKind.TLS, "its authority's key is too short"),
    68: (FailureKind.TLS, "its authority's signature is too weak"),
    79: (FailureKind.TLS, "its authority may not sign certificates"),
}
"""OpenSSL's X509_V_ERR_* numbers."""

_TOLD: Final = 2
"""Names of a certificate for somebody else; it may have hundreds."""

_NO_TLS: Final = "the target does not answer in TLS"
_TOO_OLD: Final = "the target does not offer the version of TLS that is asked for (tls.min_version)"
_TLS_REASONS: Final = {
    "wrong version number": _NO_TLS,
    "packet length too long": _NO_TLS,
    "record layer failure": _NO_TLS,
    "http request": _NO_TLS,
    "unsupported protocol": _TOO_OLD,
    "tlsv1 alert protocol version": _TOO_OLD,
}

_ERRNO: Final = {
    errno.ECONNREFUSED: FailureKind.REFUSED,
    errno.ENOENT: FailureKind.REFUSED,  # a Unix socket that nobody made
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

_PROXY_TRIED: Final = frozenset({"502", "503", "504"})
"""What a proxy answers that tried and failed to connect."""

_DOING: Final = {
    "start": "before the connection",
    "dns": "while the name was resolved",
    "connect": "while connecting",
    "tls": "during the TLS handshake",
    "send": "while the request was sent",
    "wait": "while waiting for the first byte",
    "transfer": "while the response was read",
}


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
    return (
        _of_name(error)
        or _of_tls(error, phase)
        or _of_connection(error, phase)
        or _of_proxy(error)
        or _of_http(error, phase)
    )


def _of_name(error: BaseException) -> Failure | None:
    match error:
        case AddressBlocked():
            return Failure(kind=FailureKind.BLOCKED, detail=str(error))
        case httpx.InvalidURL() if "IDNA" in str(error):
            return Failure(kind=FailureKind.DNS, detail="the name could not be resolved: it is not a valid host name")
        case _:
            return None


def _of_tls(error: BaseException, phase: str) -> Failure | None:
    match error:
        case TlsSetupUnusable():
            return Failure(kind=FailureKind.PROBER_FAULT, detail=str(error))
        case CertificateRefused():
            return _of_certificate(error)
        case SSL.Error():
            reason = _reason(error)
            kind = FailureKind.TLS_VERSION if reason == _TOO_OLD else FailureKind.TLS
            return Failure(kind=kind, detail=f"TLS failed {_DOING[phase]}: {reason}")
        case _:
            return None


def _of_certificate(error: CertificateRefused) -> Failure:
    """With what a person asks next: since when, until when, whose it is. Names are the target's, but bounded and masked."""
    kind, reason = _CERTIFICATE.get(error.problem, (FailureKind.TLS, f"OpenSSL's reason {error.problem}"))
    leaf = error.leaf
    match kind:
        case FailureKind.TLS_EXPIRED if leaf.not_after is not None:
            reason += f" (on {to_iso(leaf.not_after)})"
        case FailureKind.TLS_NOT_YET_VALID if leaf.not_before is not None:
            reason += f" (from {to_iso(leaf.not_before)} on)"
        case FailureKind.TLS_WRONG_HOST:
            names = leaf.names or tuple(filter(None, [leaf.subject]))
            more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
            reason = f"it is for {', '.join(names[:_TOLD]) or 'nobody'}{more}, not for {error.host}"
    return Failure(kind=kind, detail=f"the certificate was refused: {reason}")


def _of_connection(error: BaseException, phase: str) -> Failure | None:
    match error:
        case anyio.BrokenResourceError() | anyio.EndOfStream():
            return Failure(kind=FailureKind.RESET, detail=f"the target closed the connection {_DOING[phase]}")
        case OSError() if error.errno:
            kind = _ERRNO.get(error.errno, FailureKind.PROBER_FAULT)
            return Failure(kind=kind, detail=f"{os.strerror(error.errno).lower()} {_DOING[phase]}")
        case _:
            return None


def _of_proxy(error: BaseException) -> Failure | None:
    """A tunnel that was refused; httpcore's message begins with the status."""
    if not isinstance(error, httpcore.ProxyError):
        return None
    status = str(error)[:3]
    if status in _PROXY_TRIED:
        return Failure(kind=FailureKind.UNREACHABLE, detail=f"the proxy can't reach the target: it answers {status}")
    reason = "the proxy wants other credentials" if status == "407" else "the proxy refuses to connect"
    return Failure(kind=FailureKind.PROXY, detail=f"{reason}: it answers {status}")


def _of_http(error: BaseException, phase: str) -> Failure | None:
    if isinstance(error, httpcore.LocalProtocolError) and phase in ("wait", "transfer"):
        # over HTTP/2 what breaks the rules while something is received was received
        return Failure(kind=FailureKind.PROTOCOL, detail="the response is not valid HTTP/2")
    if not isinstance(error, h11.RemoteProtocolError | httpcore.RemoteProtocolError):
        return None
    said = str(error).partition(":")[0]  # what follows quotes the target
    if "without sending" in said or "unexpectedly closed" in said:
        return Failure(kind=FailureKind.RESET, detail=CLOSED_EARLY)
    if said.startswith(("<StreamReset", "<ConnectionTerminated")):
        return Failure(kind=FailureKind.RESET, detail=f"the target gave up the request {_DOING[phase]} (HTTP/2)")
    if "too long" in said:
        return Failure(kind=FailureKind.TOO_LARGE, detail="the head of the response is longer than 100 KiB")
    return Failure(kind=FailureKind.PROTOCOL, detail=f"the response is not valid HTTP: {said or 'nothing known'}")


def _reason(error: SSL.Error) -> str:
    """OpenSSL's words for the first thing that went wrong; they never quote the target."""
    queue = error.args[0] if error.args else ()
    reason = str(queue[0][2]) if queue and isinstance(queue, list) else ""
    return _TLS_REASONS.get(reason, reason or "unknown reason")


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
