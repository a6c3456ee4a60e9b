"""By what imported results were measured: for how long a verdict holds follows from its definition's interval."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import pairwise
from statistics import median_low
from typing import Final, NamedTuple, TypeAlias

from probe.model.check import Severity
from probe.model.definition import Definition
from probe.model.result import AssertionOutcome, Result, Verdict
from probe.model.units import DAY, MINUTE, Micros
from probe.store import Store

LONGEST_INTERVAL: Final[Micros] = 400 * DAY
DEFAULT_INTERVAL: Final[Micros] = MINUTE
MOST_DEFINITIONS: Final = 100_000
"""New ones of one import; more come of a mistake, and would stay in the store for ever."""

_TOO_MANY: Final = f"would be one of more than {MOST_DEFINITIONS:,} new checks or definitions, which can't be meant"


class Measured(NamedTuple):
    """A line's result, and the interval that the line tells, if it does."""

    line: int
    result: Result
    interval: Micros | None


class Refused(NamedTuple):
    """A line that could not be imported, and why."""

    line: int
    why: str


class Settled(NamedTuple):
    """Results with definitions that the store knows, and the lines that could have none."""

    results: list[Measured]
    refused: list[Refused]


_Key: TypeAlias = tuple[str, str]
"""A check's id and the fingerprint of one of its definitions."""


class Origins:
    """Finds the definition of each result among those of the store and of the file of checks, or makes one up.

    A definition that a line names is taken at its word, unless that name means something else here. Others are called
    `imported-…`, by their interval in microseconds and by what was expected.

    The interval is, in this order: the line's own; that of the check in the file; that of the check's newest definition
    in the store; the usual distance between its slots in the first batch that has two; a minute.
    """

    def __init__(self, store: Store, defined: Iterable[Definition], *, most: int = MOST_DEFINITIONS) -> None:
        stored, defined = store.definitions(), tuple(defined)
        self._store = store
        self._intervals = {each.check: each.interval for each in (*stored, *defined)}
        self._stored = {(each.check, each.fingerprint): each for each in stored}
        self._known = self._stored | {(each.check, each.fingerprint): each for each in defined}
        self._left = most

    def settle(self, batch: Sequence[Measured]) -> Settled:
        """Gives each result its definition, and stores those that are new.

        Raises:
            StoreError: they can't be stored.
        """
        self._intervals |= _distances(each for each in batch if each.result.check not in self._intervals)
        settled, refused, fresh = list[Measured](), list[Refused](), dict[_Key, Definition]()
        for each in sorted(batch, key=_judged_first):
            found = self._origin(each)
            if self._is_one_too_many(found):
                refused.append(Refused(each.line, _TOO_MANY))
                continue
            key = found.check, found.fingerprint
            self._known[key] = found
            if key not in self._stored:
                fresh[key] = found
            settled.append(each._replace(result=replace(each.result, definition=found.fingerprint)))
        if fresh:
            self._store.define(fresh.values())
            self._stored |= fresh
        return Settled(settled, refused)

    def _origin(self, each: Measured) -> Definition:
        result = each.result
        named = self._known.get((result.check, result.definition))
        if named and _fits(named, each):
            return named
        interval = each.interval or self._intervals.get(result.check, DEFAULT_INTERVAL)
        is_told = named is None and result.definition and result.outcomes and each.interval
        fingerprint = result.definition if is_told else _fingerprint(interval, result.outcomes)
        return self._known.get((result.check, fingerprint)) or Definition(
            check=result.check,
            fingerprint=fingerprint,
            interval=interval,
            expectations=tuple((item.expectation, _severity(item.verdict)) for item in result.outcomes),
        )

    def _is_one_too_many(self, found: Definition) -> bool:
        if (found.check, found.fingerprint) in self._known:
            return False
        self._left -= 1
        return self._left < 0


def _judged_first(each: Measured) -> bool:
    """Only results that were judged tell what was expected: they give a definition its name first."""
    return not each.result.outcomes


def _fits(named: Definition, each: Measured) -> bool:
    expected = [text for text, _ in named.expectations]
    outcomes = each.result.outcomes
    return each.interval in (None, named.interval) and (
        not outcomes or expected == [item.expectation for item in outcomes]
    )


def _severity(verdict: Verdict) -> Severity:
    return Severity.WARN if verdict is Verdict.WARNED else Severity.FAIL


def _fingerprint(interval: Micros, outcomes: Sequence[AssertionOutcome]) -> str:
    name = f"imported-{interval}"
    if not outcomes:
        return name
    sentences = json.dumps([item.expectation for item in outcomes])
    return f"{name}-{blake2b(sentences.encode(), digest_size=4).hexdigest()}"


def _distances(batch: Iterable[Measured]) -> dict[str, Micros]:
    """The usual distance between a check's slots, of those that have two; at one location where there are several."""
    slots = sorted({(each.result.check, each.result.location, each.result.scheduled_at) for each in batch})
    distances: dict[str, list[Micros]] = {}
    for (*before, earlier), (*after, later) in pairwise(slots):
        if before == after:
            distances.setdefault(before[0], []).append(later - earlier)
    return {check: min(median_low(found), LONGEST_INTERVAL) for check, found in distances.items()}
