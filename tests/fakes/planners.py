"""A planner that does what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from probe.model.sla import AlertLevel
from probe.model.units import Micros
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.planner import Ticked
from probe.runtime.clock import Clock
from probe.store import Store


@dataclass(slots=True)
class FakePlanners:
    """Makes planners, and notes what they are asked.

    Attributes:
        made: the jobs, each time one was made.
        ticks: the prober's faults, each time.
        act: done in each tick, such as to put a message into the store, or to fail.
    """

    made: list[AlertJob] = field(default_factory=list)
    ticks: list[tuple[str, ...] | None] = field(default_factory=list)
    act: Callable[[Store], None] = lambda _: None

    def __call__(self, store: Store, job: AlertJob, clock: Clock, *, holder: str) -> FakePlanner:
        self.made.append(job)
        return FakePlanner(self, store)


@dataclass(slots=True)
class FakePlanner:
    _planners: FakePlanners
    _store: Store

    def tick(self, now: Micros, health: tuple[str, ...] | None) -> Ticked:
        self._planners.ticks.append(health)
        self._planners.act(self._store)
        return Ticked(is_planning=True, firing={AlertLevel.CRITICAL: 2})
