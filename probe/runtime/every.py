"""A regular trigger for APScheduler that never looks back."""

from __future__ import annotations

from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler comes untyped
    """Fires every so many seconds.

    APScheduler's own trigger lists each moment since the last one: after a clock was set forward by years that fills the
    memory. This one goes on from now.
    """

    def __init__(self, seconds: float) -> None:
        self._step = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """One step after the last time, or after now when that has passed."""
        following = (previous or now) + self._step
        return following if following > now else now + self._step
