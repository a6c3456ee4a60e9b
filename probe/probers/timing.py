"""When each thing happened during one attempt, and how many bytes went over the wire."""

from __future__ import annotations

from time import perf_counter_ns

from probe.model.sample import PHASES, Phases, TlsFacts
from probe.model.units import Micros


class Recorder:
    """Filled by the transport, read by the prober; one an attempt, all its hops included.

    A phase is begun and ended by its name (`sample.PHASES`). `wait` and `transfer` follow from what was written and
    read, so a transport only reports `wrote` and `read`.
    """

    __slots__ = ("_began", "_ended", "_first_byte", "_last_byte", "_open", "_sent", "_spent", "_writing", "address", "http_version", "received", "sent", "tls")  # fmt: skip

    def __init__(self) -> None:
        self._began = self._ended = 0
        self._spent: dict[str, int] = {}
        self._open: tuple[str, int] | None = None
        self._writing = self._sent = self._first_byte = self._last_byte = 0
        self.sent = 0
        self.received = 0
        self.address: str | None = None
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
        if not self._writing:
            self._writing = perf_counter_ns()

    def wrote(self) -> None:
        """A part of the request was written."""
        self._sent = perf_counter_ns()

    def read(self) -> None:
        """Some of the response was read."""
        self._last_byte = perf_counter_ns()
        if not self._first_byte:
            self._first_byte = self._last_byte

    def finish_hop(self, *, is_complete: bool = True) -> None:
        """A request is over: at its last byte when `is_complete`, else now, when it was given up."""
        self.end()
        now = perf_counter_ns()
        over = self._last_byte if self._last_byte and is_complete else now
        if self._writing:
            sent = self._sent or now
            self._add("send", sent - self._writing)
            self._add("wait", max(0, (self._first_byte or now) - sent))
        if self._first_byte:
            self._add("transfer", over - self._first_byte)
        self._ended = over
        self._writing = self._sent = self._first_byte = self._last_byte = 0

    def current(self) -> str:
        """The phase that is going on, for the message of a time-out."""
        if self._open:
            return self._open[0]
        if self._first_byte:
            return "transfer"
        return "wait" if self._sent else "send" if self._writing else "connect"

    def phases(self) -> Phases:
        """What was spent in each phase, summed over the hops."""
        return Phases(**{name: self._spent[name] // 1000 for name in PHASES if name in self._spent})

    def latency(self) -> Micros:
        """From the first step (the name's resolution) to the last byte read, or to the failure.

        Making a request or a TLS context ready is the prober's own time and does not count.
        """
        return (self._ended - self._began) // 1000 if self._began else 0

    def _add(self, phase: str, nanoseconds: int) -> None:
        self._spent[phase] = self._spent.get(phase, 0) + nanoseconds
