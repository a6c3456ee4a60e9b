"""Says in the log when a check's state changes, and why."""

from __future__ import annotations

from typing import Final

import structlog

from probe.model.check import Check
from probe.model.result import Result, State

_log = structlog.get_logger("probe")
_LEVELS: Final = {
    State.UP: "info",
    State.DEGRADED: "warning",
    State.DOWN: "error",
    State.UNKNOWN: "warning",
}


class TransitionLog:
    """An observer: one line a change of state, none for a check that begins up."""

    def __init__(self) -> None:
        self._states: dict[str, State] = {}

    def observe(self, check: Check, result: Result) -> None:
        """Take a result."""
        before = self._states.get(check.id)
        self._states[check.id] = result.state
        if before is result.state or (before is None and result.state is State.UP):
            return
        reason = {"why": result.detail} if result.detail else {}
        getattr(_log, _LEVELS[result.state])(f"{check.id} is {result.state}", **reason)
