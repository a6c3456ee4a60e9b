"""Something fails again and again, such as the store: since when, why, and when it is tried again."""

from __future__ import annotations

from typing import Final

from probe.model.units import Micros

LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries while the store is away."""


class Outage:
    """Begins with the first try that fails, and ends with the first one that does not.

    Attributes:
        since: when it began, by the wall clock; `None` while the store takes results.
        why: the reason of the last failure, a sentence without secrets.
        failures: tries that failed since it began.
    """

    def __init__(self) -> None:
        self.since: Micros | None = None
        self.why = ""
        self.failures = 0

    def __bool__(self) -> bool:
        return self.since is not None

    def fail(self, why: str, *, now: Micros) -> None:
        """A try failed."""
        self.hang(why, since=now)
        self.failures += 1

    def hang(self, why: str, *, since: Micros) -> None:
        """A try takes so long that nothing may be expected of it."""
        self.since = since if self.since is None else self.since
        self.why = why

    def end(self) -> None:
        """The store took something."""
        self.since, self.why, self.failures = None, "", 0

    @property
    def pause(self) -> float:
        """Seconds until the next try: ever longer."""
        return min(LONGEST_PAUSE, 2.0 ** min(self.failures - 1, 10))
