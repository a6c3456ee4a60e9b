"""Stores with a past of some days, a result every ten minutes, in good times and in bad ones."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from probe.model.check import CheckFacts, Confirm
from probe.model.definition import Definition
from probe.model.result import Result, State
from probe.model.sample import FailureKind, Phases
from probe.model.units import MINUTE, SECOND
from probe.store import Store
from tests.fakes.checks import make_check

T0: Final = 1_793_491_200 * SECOND  # 2026-11-01
INTERVAL: Final = 10 * MINUTE
BERLIN: Final = ZoneInfo("Europe/Berlin")


def result(check: str, minute: int, state: State = State.UP, **more: object) -> Result:
    """One of those, at the location `default`."""
    status = None if state is State.UNKNOWN else 503 if state is State.DOWN else 200
    plain = Result(
        check=check,
        location="default",
        scheduled_at=T0 + minute * MINUTE,
        state=state,
        failure={State.DOWN: FailureKind.ASSERTION, State.UNKNOWN: FailureKind.MISSED}.get(state),
        http_status=status,
        latency_us=None if status is None else 10_000 + minute * 7,
        phases=Phases(wait=5_000) if status else Phases(),
        bytes_sent=100 if status else 0,
        bytes_received=1_000 if status else 0,
        attempts=1 if status else 0,
        definition="d",
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # as above


def filled(store: Store, *results: Result) -> Store:
    """The store with these, and what they were measured by."""
    checks = {each.check for each in results}
    store.define(Definition(check=check, fingerprint="d", interval=INTERVAL) for check in checks)
    store.record(results)
    return store


def facts(check: str, *, runs: int = 1, recoveries: int = 1) -> CheckFacts:
    """A check of the file, with nothing special but how it is confirmed."""
    confirm = Confirm(retries=0, after=0, runs=runs, recoveries=recoveries)
    defined = make_check(check, interval=INTERVAL)
    return replace(defined, confirm=confirm).facts


def roll_up(store: Store, now: int) -> None:
    """All of it, up to a moment."""
    while not store.roll_up("default", now=now, zone=BERLIN):
        pass


def troubled(check: str, chance: random.Random) -> list[Result]:
    """Four days with outages long and short, blips, slowness, gaps and slots that were not measured."""
    found, minute = list[Result](), chance.randrange(200)
    while minute < 4 * 1_440:
        state = chance.choice([State.UP, State.UP, State.UP, State.DOWN, State.DOWN, State.DEGRADED, State.UNKNOWN])
        for _ in range(chance.choice([1, 2, 3, 40])):
            found.append(result(check, minute, state))
            minute += 10
        minute += chance.choice([0, 0, 0, 30, 300])
    return found
