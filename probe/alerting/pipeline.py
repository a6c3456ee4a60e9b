"""From what holds to what is told: one list of stages, each of which says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from probe.alerting.book import Book, Plan
from probe.alerting.context import Changes, Context
from probe.alerting.grouping import deduplication
from probe.alerting.lifecycle import acknowledgements, conditions
from probe.alerting.passing import Passing
from probe.alerting.routing import routing, withholding
from probe.alerting.telling import closing, grouping, reminders
from probe.model.units import Micros

Step: TypeAlias = Callable[[Passing], None]

STAGES: Final[tuple[Step, ...]] = (
    conditions,  # what holds becomes an alert, what doesn't any more ends one
    acknowledgements,
    withholding,  # maintenance, silence, inhibition, effective time: `withholding.WITHHOLDERS`
    routing,  # by level, and by escalation
    deduplication,  # what a channel knows already
    grouping,  # by what alerts share, after a wait
    reminders,
    closing,
)


class Planned(NamedTuple):
    """A plan, and when to make the next one if nothing changes before; `None` is whenever something does."""

    plan: Plan
    wake_at: Micros | None


def plan(book: Book, changes: Changes, context: Context) -> Planned:
    """What follows from what has changed, and from the moment."""
    passing = Passing(book, changes, context)
    for stage in STAGES:
        stage(passing)
    return Planned(passing.plan(), passing.wake_at)
