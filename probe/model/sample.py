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
    TLS_REVOKED = "tls_revoked"
    TLS_VERSION = "tls_version"
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
    LOST = "lost"  # measured, but neither the store nor the spool could take it
    PROXY = "proxy"
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
class CertificateFacts:
    """One certificate; times in microseconds since the epoch.

    Attributes:
        subject, issuer: common names, or what stands in for them; `None` where there is nothing to show.
        names: the DNS names and addresses it is for.
        serial: hexadecimal.
        fingerprint: SHA-256 of the certificate, hexadecimal.
        key: the public key's kind and size, such as `EC 256`.
    """

    subject: str | None = None
    issuer: str | None = None
    not_before: Micros | None = None
    not_after: Micros | None = None
    names: tuple[str, ...] = ()
    serial: str = ""
    fingerprint: str = ""
    key: str = ""


class Revocation(StrEnum):
    """What the certificate's authority says of it, in a valid OCSP response that the target stapled."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFacts:
    """What the handshake showed, also where the certificate was refused for it.

    Attributes:
        version: such as `TLSv1.3`.
        chain: the certificates as the target sent them, its own first.
        stapled: `None` where no valid OCSP response came along.
    """

    version: str | None
    cipher: str | None
    chain: tuple[CertificateFacts, ...] = ()
    stapled: Revocation | None = None

    @property
    def leaf(self) -> CertificateFacts:
        """The target's own certificate; an empty one where there is none."""
        return self.chain[0] if self.chain else CertificateFacts()

    @property
    def not_after(self) -> Micros | None:
        """When the target's own certificate ends."""
        return self.leaf.not_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One attempt: a response, or a failure with what was seen until then.

    Attributes:
        started_at: when the attempt began, by the wall clock.
        latency_us: from the first step (name resolution) to the last byte, or to the failure.
        http_status: `None` when no response head came.
        request_head: the last request as it was sent, without its body, secrets and all; empty when none was sent.
        headers: as received, in order; a name may occur more than once.
        body: decoded, and never longer than the limit; incomplete when `failure` is set.
        bytes_sent: on the wire after the TCP handshake: TLS records, heads and bodies of all hops.
        bytes_received: likewise.
        address: the address connected to, or tried last, such as `127.0.0.1:443`.
        failure: `None` when a complete response came, whatever its status.
    """

    started_at: Micros
    latency_us: Micros
    phases: Phases = NO_PHASES
    http_status: int | None = None
    http_version: str | None = None
    request_head: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    bytes_sent: int = 0
    bytes_received: int = 0
    redirects: int = 0
    address: str | None = None
    tls: TlsFacts | None = None
    failure: Failure | None = None
