"""What one slot came to: the unit that is stored, counted and reported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from probe.model.sample import NO_PHASES, FailureKind, Phases, TlsFacts
from probe.model.units import Micros


class State(StrEnum):
    """What is known of a target in a slot. What was not measured is unknown, never up."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """How one expectation came out."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"
    SKIPPED = "skipped"  # there was no response to judge


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionOutcome:
    """One expectation, judged.

    Attributes:
        expectation: the expectation as a sentence, such as `status == 200`.
        actual: what was found instead, for a person; `None` when it passed.
    """

    expectation: str
    verdict: Verdict
    actual: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What went to and fro in a failed attempt, for a person: secrets masked, cut to a few kilobytes, fit to be stored.

    Attributes:
        connection: address, versions of TLS and HTTP, the certificates; a line each.
        request, response: the heads; empty where there was none.
        body: the start of the response's body, decoded.
    """

    connection: str = ""
    request: str = ""
    response: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A slot's outcome. Immutable from here on; `(check, location, scheduled_at)` is its identity.

    Attributes:
        check: the check's id, `api/check`.
        location: where it was measured from.
        scheduled_at: the slot, microseconds since the epoch.
        failure: why it is not up; `None` when up or merely degraded.
        detail: the reason in a sentence, free of secrets; `None` when up.
        latency_us: of the attempt that decided; `None` when none was made.
        lateness_us: how long after its slot the first attempt began: the prober's own fault.
        attempts: how many were made, fast retries included.
        definition: fingerprint of the check's definition that was measured.
        http_version, tls: of the attempt that decided; not stored.
        transcript: of a failed attempt; `None` where it shows nothing that an earlier one did not. By `probe check` of
            each attempt; the connection alone where that did not fail.
    """

    check: str
    location: str
    scheduled_at: Micros
    state: State
    failure: FailureKind | None = None
    detail: str | None = None
    http_status: int | None = None
    latency_us: Micros | None = None
    phases: Phases = NO_PHASES
    bytes_sent: int = 0
    bytes_received: int = 0
    lateness_us: Micros = 0
    attempts: int = 0
    address: str | None = None
    outcomes: tuple[AssertionOutcome, ...] = ()
    definition: str = ""
    http_version: str | None = None
    tls: TlsFacts | None = None
    transcript: Transcript | None = None


class Record(NamedTuple):
    """A stored result as reports and sums read it: narrow, because there are millions of them.

    `phases` holds microseconds in the order of `sample.PHASES`, `None` where a phase did not happen. `interval` is
    the check's as it was then, for how long a verdict holds must not change with the configuration; `None` when it
    is not known.
    """

    scheduled_at: Micros
    state: State
    failure: FailureKind | None
    http_status: int | None
    latency_us: Micros | None
    phases: tuple[Micros | None, ...]
    bytes_sent: int
    bytes_received: int
    interval: Micros | None


class Evidence(NamedTuple):
    """Why a stored result is not up, for a person."""

    scheduled_at: Micros
    state: State
    failure: FailureKind | None
    http_status: int | None
    latency_us: Micros | None
    attempts: int
    detail: str
    outcomes: tuple[AssertionOutcome, ...]
    transcript: Transcript | None = None
