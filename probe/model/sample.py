"""What one attempt measured."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

from probe.model.units import Micros


class FailureKind(StrEnum):
    """Why a slot is not up, in one word. The values are stored and exported: rename none."""

    # The target's: the state is down.
    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TLS_EXPIRED = "tls_expired"
    TLS_NOT_YET_VALID = "tls_not_yet_valid"
    TLS_WRONG_HOST = "tls_wrong_host"
    TLS_SELF_SIGNED = "tls_self_signed"
    TLS_UNKNOWN_AUTHORITY = "tls_unknown_authority"
    TLS = "tls"
    TIMEOUT = "timeout"
    RESET = "reset"
    PROTOCOL = "protocol"
    TOO_LARGE = "too_large"
    ENCODING = "encoding"
    REDIRECT = "redirect"
    BLOCKED = "blocked"
    ASSERTION = "assertion"
    # Ours: the state is unknown.
    MISSED = "missed"
    INTERRUPTED = "interrupted"
    NOT_RUNNING = "not_running"
    PROBER_FAULT = "prober_fault"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why an attempt has no complete response.

    Attributes:
        kind: the class of failure.
        detail: one sentence for a person, already free of secrets.
    """

    kind: FailureKind
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Where the time went; microseconds, `None` where a phase did not happen.

    `dns` name resolution · `connect` TCP handshake · `tls` TLS handshake · `send` the request written ·
    `wait` from the last byte written to the first byte read · `transfer` from the first byte to the last.
    With redirects each is the sum over all hops.
    """

    dns: Micros | None = None
    connect: Micros | None = None
    tls: Micros | None = None
    send: Micros | None = None
    wait: Micros | None = None
    transfer: Micros | None = None


PHASES: tuple[str, ...] = tuple(field.name for field in fields(Phases))
"""The phases' names, in the order in which they happen."""

NO_PHASES = Phases()


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What the handshake showed; times in microseconds since the epoch."""

    version: str | None
    cipher: str | None
    not_after: Micros | None
    subject: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One attempt: a response, or a failure with what was seen until then.

    Attributes:
        started_at: when the attempt began, by the wall clock.
        latency_us: from the first step (name resolution) to the last byte, or to the failure.
        http_status: `None` when no response head came.
        headers: as received, in order; a name may occur more than once.
        body: decoded, and never longer than the limit; incomplete when `failure` is set.
        bytes_sent: on the wire after the TCP handshake: TLS records, heads and bodies of all hops.
        bytes_received: likewise.
        address: the address connected to, such as `127.0.0.1:443`.
        failure: `None` when a complete response came, whatever its status.
    """

    started_at: Micros
    latency_us: Micros
    phases: Phases = NO_PHASES
    http_status: int | None = None
    http_version: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    bytes_sent: int = 0
    bytes_received: int = 0
    redirects: int = 0
    address: str | None = None
    tls: TlsFacts | None = None
    failure: Failure | None = None
