from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.config.document import read_document, read_stream
from probe.config.openslo.entry import Findings
from probe.config.openslo.section import section
from probe.config.openslo.slos import read_slos
from tests.unit.config.openslo.material import LATENCY, SLO

POLICY = """\
  alertPolicies:
    - kind: AlertPolicy
      metadata: {name: fast}
      spec:
        conditions:
          - kind: AlertCondition
            metadata: {name: fast}
            spec:
              severity: page
              condition: {kind: burnrate, op: gte, threshold: 14.4, lookbackWindow: 1h, shortWindow: 5m, alertAfter: 0m}
        notificationTargets: [{targetRef: mail}]
"""
CALENDAR = "[{duration: 1M, calendar: {startTime: 2026-01-01 00:00:00, timeZone: UTC}}]"
PLAIN = [
    json.loads(json.dumps(read_document(text.encode(), file="x").value))
    for text in (SLO + POLICY, SLO.replace("[{duration: 28d, isRolling: true}]", CALENDAR), *LATENCY.split("---\n"))
]
ODD = st.one_of(
    st.sampled_from(
        [None, True, False, 0, -1, 1, 1e300, 0.5, "", "none", "1M", "0m", "9" * 30, "\u202e", "${env:A}", [], {}]
    ),
    st.sampled_from([[None], [[]], [{}], {"a": None}, {"name": 5}, {"spec": []}, ["x", 1]]),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
)


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to everything in it."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, child in children:
        yield (*path, part)
        yield from places(child, (*path, part))


@st.composite
def streams(draw: st.DrawFn) -> str:
    """Objects that an SLO may consist of, in which up to three things are something else."""
    objects: Any = copy.deepcopy(PLAIN)
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(list(places(objects))))
        holder: Any = objects
        for part in way:
            holder = holder[part]
        holder[last] = copy.deepcopy(draw(ODD))
        if draw(st.booleans()) and isinstance(holder, dict):
            del holder[last]
    return json.dumps(objects)


@settings(max_examples=150)
@given(streams())
def test_whatever_stands_there_is_told_and_never_a_crash(text: str) -> None:
    findings = Findings()

    imported = read_slos(read_stream(text.encode(), file="slos.yaml"), findings)

    if not findings.mistakes:
        made = section(imported, None)
        assert made.objectives + len(findings.refused) >= bool(imported.placed)
        assert all(problem.line for problem in (*findings.refused, *findings.lost))
