from __future__ import annotations

from textwrap import dedent

from probe.config.document import read_stream
from probe.config.openslo.entry import Findings
from probe.config.openslo.section import Section, section
from probe.config.openslo.slos import Imported, read_slos
from probe.model.errors import Problem
from probe.model.settings import Settings
from probe.model.sla import Objective

SLO = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: web-availability}
spec:
  service: web
  indicator:
    metadata: {name: web-successes}
    spec:
      ratioMetric:
        counter: true
        good: {metricSource: {type: probe, spec: {api: web, metric: good}}}
        total: {metricSource: {type: probe, spec: {api: web, metric: known}}}
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.995}]
"""
"""Plain, and nothing of it is left behind."""

LATENCY = """\
apiVersion: openslo/v1
kind: SLO
metadata: {name: web-latency}
spec:
  service: web
  indicatorRef: web-latencies
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{op: lt, value: 0.3, target: 0.99}]
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: web-latencies, annotations: {probe/unit: s}}
spec: {thresholdMetric: {metricSource: {type: probe, spec: {api: web, metric: latency}}}}
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A text in which other things stand; each of them must have stood there."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def read(text: str) -> tuple[Imported, Findings]:
    findings = Findings()
    return read_slos(read_stream(dedent(text).encode(), file="slos.yaml"), findings), findings


def only(text: str) -> Objective:
    """The one objective of a text of which nothing is left behind."""
    imported, findings = read(text)
    assert (findings.mistakes, findings.refused, findings.lost) == ([], [], [])
    (placed,) = imported.placed
    return placed.objective


def written(text: str, settings: Settings | None = None) -> tuple[Section, Findings]:
    imported, findings = read(text)
    return section(imported, settings), findings


def told(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in sorted(problems)]
