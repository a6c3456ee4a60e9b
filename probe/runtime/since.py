"""What has changed since a report was made: maintenance, and the configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from probe.model.ndjson import Json
from probe.model.units import to_iso
from probe.report.sla import (
    Difference,
    Finding,
    FindingKind,
    Node,
    api_json,
    check_json,
    differences,
    maintained_json,
    rules_json,
)
from probe.runtime.made_again import BESIDE, Held, job_of, made_again
from probe.runtime.maintenance import all_windows
from probe.runtime.sla_report import maintained


def maintenance_since(held: Held) -> Iterator[Finding]:
    """What counts as maintenance now, and didn't then, or the other way round; with the log's word on it."""
    node = Node(held.document).inner("maintenance")
    then = Counter(_window_key(each.value) for each in node.each("windows"))
    windows = _now(held)
    now = Counter(_window_key(each) for each in windows)
    for number, (said, keys) in enumerate((("is declared now, and the report has none", now - then),
                                            ("is in the report, and isn't declared now", then - now))):  # fmt: skip
        for key in keys.elements():
            name, periods = key.name, key.periods
            why = f'the window "{name}" {said} of it so: {periods}{_logged(held, name)}'
            yield Finding(FindingKind.MAINTENANCE, why, "maintenance.windows", *((None, name), (name, None))[number])


class _WindowKey(NamedTuple):
    name: str
    id: str
    scope: str
    periods: str


def _window_key(window: Json) -> _WindowKey:
    node = Node({"window": window}).inner("window")
    periods = ", ".join(f"{each.text('from')} to {each.text('to')}" for each in node.each("periods"))
    scope = node.inner("on")
    labels = scope.inner("labels")
    named = (*scope.texts("checks"), *scope.texts("apis"), *(f"{name}={labels.text(name)}" for name in labels.names()))
    return _WindowKey(node.text("name"), "" if node.is_null("id") else node.text("id"), " ".join(named), periods)


def _now(held: Held) -> list[Json]:
    job = replace(job_of(held.inputs), windows=all_windows(held.settings, held.store))
    return [maintained_json(each) for each in maintained(job, held.inputs.since)]


def _logged(held: Held, name: str) -> str:
    """What was done to it since, if anything is known of that."""
    changes = [
        change
        for change in held.store.maintenance.log()
        if change.at > held.inputs.made_at
        and name in (change.window.name, change.before.name if change.before else None)
    ]
    return "".join(f"; {change.action.value} by {change.author} at {to_iso(change.at)}" for change in changes)


def configuration_since(held: Held) -> Iterator[Finding]:
    """Of another file the report may say other things; of the same one it may not."""
    is_same = held.settings.digest == held.inputs.file_digest
    if not is_same:
        why = "the configuration has changed since; the figures were recomputed by the report's own"
        yield Finding(
            FindingKind.CONFIGURATION, why, "configuration.sha256", held.inputs.file_digest, held.settings.digest
        )
    kind = FindingKind.INPUT if is_same else FindingKind.CONFIGURATION
    for difference in _inputs(held):
        yield Finding(kind, "the configuration says otherwise now", *difference)
    if not is_same:
        yield from _today(held)


def _inputs(held: Held) -> Iterator[Difference]:
    """What checks and APIs are judged by, where the configuration says otherwise."""
    configuration = held.document["configuration"]
    checks = {check.id: check.facts for check in held.settings.checks}
    apis = {api.id: api for api in held.settings.apis}
    now: Json = {
        "checks": [check_json(checks[each.id]) for each in held.inputs.checks if each.id in checks],
        "apis": [api_json(apis[each.id]) for each in held.inputs.apis if each.id in apis],
    }
    told = {name: configuration[name] for name in ("checks", "apis")} if isinstance(configuration, dict) else None
    yield from differences(told, now, "configuration")
    gap = rules_json(held.settings.sla)["max_gap"]  # the one rule that no option changes
    rules = Node(held.document).inner("rules")
    told_gap = None if rules.is_null("max_gap") else rules.text("max_gap")
    yield from differences(told_gap, gap, "rules.max_gap")


def _today(held: Held) -> Iterator[Finding]:
    """The figures that today's configuration would give another value."""
    checks = tuple(check.facts for check in held.settings.checks if check.id in held.inputs.wanted)
    apis = tuple(api for api in held.settings.apis if api.id in held.inputs.apis_told)
    job = replace(job_of(held.inputs), checks=checks, apis=apis)
    today = made_again(held.inputs, job, held.store)
    for name in ("sla", "incidents"):
        for path, before, after in differences(held.again.get(name), today.get(name), name):
            if not any(beside in path for beside in BESIDE):
                yield Finding(FindingKind.TODAY, "by today's configuration it would be another", path, before, after)
