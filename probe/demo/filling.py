"""Fills a database with simulated history, and marks it as that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from probe.demo.history import simulate
from probe.model.check import Check
from probe.model.grid import slots
from probe.model.settings import Settings
from probe.model.units import MINUTE, Micros
from probe.store import Store

INTERVAL: Final[Micros] = 5 * MINUTE
"""Simulated checks run so often: the demo's own two seconds would make fifty million results of three months."""

SEED: Final = 20_261_120
BATCH: Final = 5_000


def fill(store: Store, settings: Settings, *, start: Micros, end: Micros) -> Iterator[tuple[int, int]]:
    """Store the simulated results of `[start, end)`, a batch a step; each step gives how many are done, of how many.

    The mark is set first: a filling that is broken off leaves no simulated result that passes for a measured one.
    """
    checks = [_simulated(check) for check in settings.checks]
    store.mark_simulated(end)
    store.register(checks)
    results = simulate(
        [check.facts for check in checks],
        definitions={check.id: check.definition for check in checks},
        slots=lambda facts, since, until: slots(facts.id, facts.interval, since, until),
        start=start,
        end=end,
        location=settings.location,
        seed=SEED,
    )
    done, total = 0, len(checks) * ((end - start) // INTERVAL)
    while batch := list(islice(results, BATCH)):
        store.record(batch)
        done += len(batch)
        yield done, max(total, done)


def _simulated(check: Check) -> Check:
    """The check as its simulated results know it: a definition of its own, with its own interval."""
    return replace(check, interval=INTERVAL, definition=f"simulated-{check.definition}"[:16])
