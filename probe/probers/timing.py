"""When each thing happened during one attempt, and how many bytes went over the wire."""

from __future__ import annotations

from enum import Enum, auto
from time import perf_counter_ns

from probe.model.sample import PHASES, Phases, TlsFacts
from probe.model.units import Micros


class Via(Enum):
    """How far the way through a proxy has come."""

    REACHING = auto()  # connecting to it
    ASKING = auto()  # it was asked for a tunnel


class Recorder:
    """Filled by the transport, read by the prober; one an attempt, all its hops included.

    A phase is begun and ended by its name (`sample.PHASES`). `send`, `wait` and `transfer` follow from what was
    written and read, so a transport only reports `writes`, `wrote` and `read`.

    Attributes:
        started_at: when the attempt began, by the wall clock, in microseconds since the epoch.
        sent: bytes on the wire, TLS included.
        received: likewise.
        address: of the last hop: connected to, or tried last.
        via: what goes on concerns a proxy on the way; `None` where it is the target's.
        http_version, tls: of the last hop.
    """

    __slots__ = ("_began", "_first_byte", "_last_byte", "_open", "_sent", "_spent", "_took", "_writing", "address", "http_version", "received", "sent", "started_at", "tls", "via")  # fmt: skip

    def __init__(self, started_at: Micros = 0) -> None:
        self.started_at = started_at
        self._spent: dict[str, int] = {}
        self._took = 0
        self._open: tuple[str, int] | None = None
        self._began = self._writing = self._sent = self._first_byte = self._last_byte = 0
        self.sent = 0
        self.received = 0
        self.address: str | None = None
        self.via: Via | None = None
        self.http_version: str | None = None
        self.tls: TlsFacts | None = None

    def begin(self, phase: str) -> None:
        """A phase of the connection starts: `dns`, `connect` or `tls`."""
        now = perf_counter_ns()
        self._open = phase, now
        self._began = self._began or now

    def end(self) -> None:
        """The phase begun last is over."""
        if self._open:
            phase, since = self._open
            self._add(phase, perf_counter_ns() - since)
            self._open = None

    def writes(self) -> None:
        """The first or next part of the request is about to be written."""
        self._sent = 0
        if not self._writing:
            self._writing = perf_counter_ns()
            self._began = self._began or self._writing

    def wrote(self) -> None:
        """That part was written."""
        self._sent = perf_counter_ns()

    def read(self, *, is_answer: bool = True) -> None:
        """Some of the response was read, or its end where the connection's end marks it.

        With `is_answer` false it may have been something else; `answered` then says when it was the response.
        """
        self._last_byte = perf_counter_ns()
        if is_answer:
            self._first_byte = self._first_byte or self._last_byte

    def answered(self) -> None:
        """What was read last was the start of the response."""
        self._first_byte = self._first_byte or self._last_byte

    def next_hop(self) -> None:
        """The response was a redirect: a new connection comes, and what is known of the last one no longer holds."""
        self.finish_hop()
        self.address = self.http_version = self.tls = None
        self.via = None

    @property
    def has_answer(self) -> bool:
        """Whether anything came in answer to the request."""
        return bool(self._first_byte)

    def begin_again(self) -> None:
        """A connection that was to be used again turned out to be dead: the request goes out anew, on another one."""
        self._open = self.address = self.tls = None
        self._began = self._writing = self._sent = self._first_byte = self._last_byte = 0

    def finish_hop(self, *, is_complete: bool = True) -> None:
        """A request is over: at its last byte when `is_complete`, else now, when it was given up."""
        self.end()
        now = perf_counter_ns()
        over = self._last_byte if self._last_byte and is_complete else now
        answered = self._first_byte or now
        sent = max(self._writing, min(self._sent or now, answered))  # a target may answer before all was sent, or any
        if self._writing:
            self._add("send", sent - self._writing)
        if self._sent or (self._writing and self._first_byte):
            self._add("wait", max(0, answered - sent))
        if self._first_byte:
            self._add("transfer", over - self._first_byte)
        if self._began:
            self._took += max(0, over - self._began)
        self._began = self._writing = self._sent = self._first_byte = self._last_byte = 0

    def current(self) -> str:
        """The phase that is going on, `start` before the first."""
        if self._open:
            return self._open[0]
        if self._first_byte:
            return "transfer"
        if self._writing:
            return "wait" if self._sent else "send"
        return "connect" if self._began else "start"

    def phases(self) -> Phases:
        """What was spent in each phase, summed over the hops."""
        return Phases(**{name: self._spent[name] // 1000 for name in PHASES if name in self._spent})

    def latency(self) -> Micros:
        """From the first step (the name's resolution) to the last byte read, or to the failure, summed over the hops.

        Making a request or a TLS context ready is the prober's own time and does not count.
        """
        return self._took // 1000

    def _add(self, phase: str, nanoseconds: int) -> None:
        self._spent[phase] = self._spent.get(phase, 0) + nanoseconds
