"""One simulated run: a response, or the failure that an episode brings."""

from __future__ import annotations

from typing import Final, NamedTuple

from probe.demo.episodes import Cause, dice
from probe.demo.expectations import OUT_OF_ORDER, Expectations, Outcomes, explain
from probe.demo.targets import Target, target
from probe.model.check import CheckFacts
from probe.model.result import Result, State, Verdict
from probe.model.sample import FailureKind, Phases
from probe.model.units import Micros, format_duration

_ERROR_BYTES: Final = 260
_REASONS: Final = {
    Cause.DNS: (
        FailureKind.DNS,
        "the name could not be resolved: no answer from name server 192.0.2.53:53 within 5s",
    ),
    Cause.REFUSED: (FailureKind.REFUSED, "the connection was refused"),
    Cause.RESET: (FailureKind.RESET, "connection reset by peer while waiting for the first byte"),
    Cause.TLS_EXPIRED: (
        FailureKind.TLS_EXPIRED,
        "the certificate was refused: certificate has expired",
    ),
}


class Shape(NamedTuple):
    """How this run differs from the typical one: factors on the wait, the network, the bytes; lateness."""

    wait: float
    network: float
    bytes: float
    lateness: Micros
    attempts: int = 1


class Runs:
    """Makes the results of one check."""

    def __init__(self, check: CheckFacts, *, definition: str, location: str, seed: int) -> None:
        self._check = check
        self._definition = definition
        self._location = location
        self._expectations = Expectations.of(check)
        self.target: Final[Target] = target(check, self._expectations, dice(seed, "target", check.id))

    def not_running(self, at: Micros) -> Result:
        """Probe itself stood still: nothing is known."""
        return Result(
            check=self._check.id,
            location=self._location,
            scheduled_at=at,
            state=State.UNKNOWN,
            failure=FailureKind.NOT_RUNNING,
            detail="probe was not running",
            definition=self._definition,
        )

    def answered(self, at: Micros, shape: Shape) -> Result:
        """A good response, judged by its time as well."""
        return self._response(
            at,
            shape,
            status=self._expectations.normal_status,
            size=round(self.target.response_bytes * shape.bytes),
            outcomes=self._expectations.met,
        )

    def failed(self, at: Micros, shape: Shape, cause: Cause) -> Result:
        """What the cause makes of a run."""
        cause = self._possible(cause)
        if cause is Cause.OUT_OF_ORDER:
            return self._response(
                at,
                shape,
                status=OUT_OF_ORDER,
                size=_ERROR_BYTES,
                outcomes=self._expectations.out_of_order,
            )
        return self._no_response(at, shape, cause)

    def _possible(self, cause: Cause) -> Cause:
        """The cause, or one that this check can notice: an address needs no DNS, plain HTTP no certificate."""
        if cause is Cause.DNS and self.target.dns is None:
            return Cause.REFUSED
        if cause is Cause.TLS_EXPIRED and not (self.target.tls and self._check.verifies_tls):
            return Cause.RESET
        if cause is Cause.OUT_OF_ORDER and not self._expectations.notices_outage:
            return Cause.TIMEOUT
        return cause

    def _response(self, at: Micros, shape: Shape, *, status: int, size: int, outcomes: Outcomes) -> Result:
        phases = self._phases(shape)
        latency = _total(phases)
        judged = self._expectations.judge(outcomes, latency=latency, phases=phases)
        state, detail = (State.UP, None) if judged is self._expectations.met else _verdict(judged)
        down = state is State.DOWN
        aim = self.target
        return Result(
            check=self._check.id,
            location=self._location,
            scheduled_at=at,
            state=state,
            failure=FailureKind.ASSERTION if down else None,
            detail=detail,
            http_status=status,
            latency_us=latency,
            phases=phases,
            bytes_sent=aim.request_bytes + aim.handshake_sent,
            bytes_received=size + aim.handshake_received,
            lateness_us=shape.lateness,
            attempts=1 + self._check.confirm.retries if down else shape.attempts,
            address=aim.address,
            outcomes=judged,
            definition=self._definition,
        )

    def _no_response(self, at: Micros, shape: Shape, cause: Cause) -> Result:
        phases = self._phases_until(shape, cause)
        kind, detail = self._reason(cause)
        sent, received = self._bytes_until(cause)
        return Result(
            check=self._check.id,
            location=self._location,
            scheduled_at=at,
            state=State.DOWN,
            failure=kind,
            detail=detail,
            latency_us=_total(phases),
            phases=phases,
            bytes_sent=sent,
            bytes_received=received,
            lateness_us=shape.lateness,
            attempts=1 + self._check.confirm.retries,
            address=None if cause is Cause.DNS else self.target.address,
            outcomes=self._expectations.skipped,
            definition=self._definition,
        )

    def _phases(self, shape: Shape) -> Phases:
        aim, network = self.target, shape.network
        dns = None if aim.dns is None else int(aim.dns * network)
        connect = int(aim.connect * network)
        tls = None if aim.tls is None else int(aim.tls * network)
        transfer = int(aim.transfer * network)
        rest = aim.most - (dns or 0) - connect - (tls or 0) - aim.send - transfer
        return Phases(
            dns=dns,
            connect=connect,
            tls=tls,
            send=aim.send,
            wait=max(0, min(int(aim.wait * shape.wait), rest)),
            transfer=transfer,
        )

    def _phases_until(self, shape: Shape, cause: Cause) -> Phases:
        """The phases that happened before the failure; a timeout waits until the very end."""
        full = self._phases(shape)
        if cause is Cause.DNS:
            return Phases(dns=full.dns)
        if cause is Cause.REFUSED:
            return Phases(dns=full.dns, connect=full.connect)
        if cause is Cause.TLS_EXPIRED:
            return Phases(dns=full.dns, connect=full.connect, tls=full.tls)
        before = Phases(dns=full.dns, connect=full.connect, tls=full.tls, send=full.send)
        waited = self._check.timeout - _total(before) if cause is Cause.TIMEOUT else full.wait
        return Phases(dns=full.dns, connect=full.connect, tls=full.tls, send=full.send, wait=waited)

    def _reason(self, cause: Cause) -> tuple[FailureKind, str]:
        if cause is Cause.TIMEOUT:
            limit = format_duration(self._check.timeout)
            return FailureKind.TIMEOUT, f"no complete response within {limit}"
        return _REASONS[cause]

    def _bytes_until(self, cause: Cause) -> tuple[int, int]:
        aim = self.target
        if cause in (Cause.DNS, Cause.REFUSED):
            return 0, 0
        if cause is Cause.TLS_EXPIRED:
            return aim.handshake_sent, aim.handshake_received
        return aim.handshake_sent + aim.request_bytes, aim.handshake_received


def _verdict(outcomes: Outcomes) -> tuple[State, str | None]:
    """Down when any failed, else degraded when any warned, else up."""
    for verdict, state in ((Verdict.FAILED, State.DOWN), (Verdict.WARNED, State.DEGRADED)):
        unmet = [outcome for outcome in outcomes if outcome.verdict is verdict]
        if unmet:
            return state, explain(unmet)
    return State.UP, None


def _total(phases: Phases) -> Micros:
    return (
        (phases.dns or 0)
        + (phases.connect or 0)
        + (phases.tls or 0)
        + (phases.send or 0)
        + (phases.wait or 0)
        + (phases.transfer or 0)
    )
