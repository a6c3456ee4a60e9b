"""Each exception that may come from below, and what it is called."""

from __future__ import annotations

import errno

import anyio
import h11
import httpcore
import httpx
import pytest
from OpenSSL import SSL

from probe.model.check import TlsPolicy
from probe.model.sample import FailureKind
from probe.probers.failures import classify, timed_out
from probe.probers.raised import TargetFailure
from probe.probers.resolve import AddressBlocked
from probe.probers.secure import SecureLayer


def caused(outer: Exception, inner: BaseException) -> Exception:
    """As `raise outer from inner` leaves it."""
    outer.__cause__ = inner
    return outer


def during(outer: Exception, inner: Exception) -> Exception:
    """As raised while `inner` was handled."""
    outer.__context__ = inner
    return outer


def not_tls() -> SSL.Error:
    """Made by OpenSSL, for only then it has a reason."""
    layer = SecureLayer(TlsPolicy(), "shop.example", lambda _: None)
    layer.handshake()
    with pytest.raises(SSL.Error) as raised:
        layer.handshake(b"s3cr3t" * 10)
    return raised.value


@pytest.mark.parametrize(
    ("error", "phase", "kind", "detail"),
    [
        (AddressBlocked("no"), "dns", FailureKind.BLOCKED, "no"),
        (UnicodeEncodeError("ascii", "s3cr3t", 0, 1, "no"), "start", FailureKind.PROBER_FAULT, None),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "x"),
            "connect",
            FailureKind.REFUSED,
            "connection refused while connecting",
        ),
        (
            caused(OSError("All connection attempts failed"), OSError(errno.EHOSTUNREACH, "x")),
            "connect",
            FailureKind.UNREACHABLE,
            "no route to host while connecting",
        ),
        (
            caused(OSError("All"), ExceptionGroup("many", [OSError(errno.ENETUNREACH, "x")])),
            "connect",
            FailureKind.UNREACHABLE,
            None,
        ),
        (TimeoutError(errno.ETIMEDOUT, "x"), "connect", FailureKind.TIMEOUT, "connection timed out while connecting"),
        *(
            (OSError(number, "x"), "connect", FailureKind.PROBER_FAULT, None)
            for number in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EADDRNOTAVAIL, errno.EPERM)
        ),
        (
            caused(anyio.BrokenResourceError(), ConnectionResetError(errno.ECONNRESET, "x")),
            "wait",
            FailureKind.RESET,
            "connection reset by peer while waiting for the first byte",
        ),
        (
            during(anyio.EndOfStream(), SSL.Error([("", "", "EOF")])),
            "tls",
            FailureKind.RESET,
            "the target closed the connection during the TLS handshake",
        ),
        (not_tls(), "tls", FailureKind.TLS, "TLS failed during the TLS handshake: the target does not answer in TLS"),
        (
            httpcore.RemoteProtocolError("Server disconnected without sending a response."),
            "wait",
            FailureKind.RESET,
            "the target closed the connection before the response was complete",
        ),
        (
            h11.RemoteProtocolError("illegal header line: bytearray(b's3cr3t')"),
            "transfer",
            FailureKind.PROTOCOL,
            "the response is not valid HTTP: illegal header line",
        ),
        (httpcore.LocalProtocolError("Illegal header value b's3cr3t'"), "connect", FailureKind.PROBER_FAULT, None),
        (
            during(TargetFailure(FailureKind.REDIRECT, "not a URL"), httpx.InvalidURL("Invalid IDNA hostname: 's3cr3t'")),
            "transfer",
            FailureKind.REDIRECT,
            "not a URL",
        ),
        (httpx.InvalidURL("Invalid port: 's3cr3t'"), "start", FailureKind.PROBER_FAULT, None),
        (
            KeyError("s3cr3t"),
            "send",
            FailureKind.PROBER_FAULT,
            "unexpected KeyError while the request was sent",
        ),
        (MemoryError(), "transfer", FailureKind.PROBER_FAULT, None),
        (
            during(RuntimeError("s3cr3t"), ConnectionResetError(errno.ECONNRESET, "x")),
            "transfer",
            FailureKind.PROBER_FAULT,
            None,
        ),
    ],
    ids=repr,
)  # fmt: skip
def test_an_exception_gets_the_most_exact_name(
    error: Exception, phase: str, kind: FailureKind, detail: str | None
) -> None:
    found = classify(error, phase)
    assert found.kind is kind
    assert detail in {None, found.detail}
    assert "s3cr3t" not in found.detail


@pytest.mark.parametrize("phase", ["start", "dns", "connect", "tls", "send", "wait", "transfer"])
def test_a_time_out_says_what_it_stopped(phase: str) -> None:
    found = timed_out(1_500_000, phase)
    assert found.kind is FailureKind.TIMEOUT
    assert found.detail.startswith("no complete response within 1.5s: stopped ")
