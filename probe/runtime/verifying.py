"""A report of service levels, computed once more from the store, and held against itself.

1. It is made again by what it says of itself: its period, rules, objectives, confirmation and maintenance, as of when it was made.
2. Whatever figure differs is told, and why where that can be said: results that came, went or are purged.
3. What it was computed by is held against what holds now: the maintenance declared, and the configuration.
4. Last its own integrity: its seal, and of a page whether it shows what it carries.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe import __version__
from probe.model.check import api_of
from probe.model.fields import LARGEST
from probe.model.ndjson import Json
from probe.model.settings import Settings
from probe.model.units import HOUR, to_iso
from probe.report.sla import (
    SEAL,
    Difference,
    Document,
    Finding,
    FindingKind,
    Handed,
    Inputs,
    Node,
    Verification,
    api_json,
    check_json,
    differences,
    document_of,
    inputs_of,
    leaves,
    maintained_json,
    page_of,
    rules_json,
    seal,
)
from probe.report.words import plural
from probe.runtime.maintenance import all_windows
from probe.runtime.sla import SlaJob
from probe.runtime.sla_report import SlaReportJob, maintained, sla_report
from probe.slo.histogram import ERROR
from probe.store import Store

_PERCENTILES: Final = tuple(f".latency_ms.{name}" for name in ("p50", "p90", "p95", "p99"))
_BESIDE: Final = (".notes", ".cause_text", ".latency_is_exact")
"""No figures: what people said may have grown, and words may have changed."""


class _Held(NamedTuple):
    """A report beside itself, made again."""

    document: Document
    inputs: Inputs
    again: Document
    settings: Settings
    store: Store


def verify(handed: Handed, settings: Settings, store: Store) -> Verification:
    """Holds a report against the store and the configuration.

    Raises:
        StoreError: the store can't be read.
        Malformed: the report isn't as a report is; the message says where.
    """
    inputs = inputs_of(handed.document)
    again = _made_again(inputs, _job(inputs), store)
    held = _Held(handed.document, inputs, again, settings, store)
    purged = dict(_purged(held))
    findings = (
        *(Finding(FindingKind.PURGED, why, f"results.checks.{check}") for check, why in purged.items()),
        *_results(held, purged),
        *_figures(held, purged),
        *_maintenance(held),
        *_configuration(held),
        *_integrity(handed),
    )
    return Verification(figures=len(_figures_of(handed.document)), findings=findings)


def _job(inputs: Inputs) -> SlaJob:
    return SlaJob(
        period=inputs.period,
        now=inputs.made_at,
        zone=ZoneInfo(inputs.timezone),
        location=inputs.location,
        rules=inputs.rules,
        checks=inputs.checks,
        apis=inputs.apis,
        wanted=inputs.wanted,
        windows=inputs.windows,
    )


def _made_again(inputs: Inputs, job: SlaJob, store: Store) -> Document:
    """The same report; of APIs that it doesn't tell of, because not all of their checks are in it, it tells no more now."""
    made = sla_report(
        SlaReportJob(
            sla=job,
            title=inputs.title,
            version=__version__,
            timezone=inputs.timezone,
            file=inputs.file,
            file_digest=inputs.file_digest,
        ),
        store,
    )
    told = tuple(level for level in made.assessed.apis if level.id in inputs.apis_told)
    return document_of(replace(made, assessed=replace(made.assessed, apis=told)))


def _figures_of(document: Document) -> dict[str, Json]:
    return {
        path: value
        for name in ("sla", "incidents", "results")
        for path, value in leaves(document.get(name), name)
        if not any(beside in path for beside in _BESIDE)
    }


def _purged(held: _Held) -> Iterator[tuple[str, str]]:
    """The checks of which the store has not all results any more that the report rests on, and what to say of each."""
    found = _digests(held.again)
    with held.store.ranges(held.inputs.location) as ranges:
        for check, told in _digests(held.document).items():
            if told.is_null("first") or (check in found and found[check].text("digest") == told.text("digest")):
                continue
            began = ranges.began(check)
            if began is None or began > told.moment("first"):
                kept = "no results of it any more" if began is None else f"results of it from {to_iso(began)} on"
                yield (
                    check,
                    f"the store has {kept}, the report rests on some from {told.text('first')} on: this can't be verified",
                )


def _results(held: _Held, purged: Mapping[str, str]) -> Iterator[Finding]:
    """Where results came or went, or are other ones."""
    found = _digests(held.again)
    for check, told in _digests(held.document).items():
        now = found.get(check)
        if check in purged or (now is not None and now.text("digest") == told.text("digest")):
            continue
        before, after = told.whole("slots"), 0 if now is None else now.whole("slots")
        if before == after:
            why = f"the results are other ones: the same {plural(before, 'slot')}, another digest"
        else:
            more = plural(abs(after - before), "slot")
            why = f"the store has {more} {'more' if after > before else 'fewer'} than the report: {after:,} and {before:,}"
        yield Finding(FindingKind.RESULTS, why, f"results.checks.{check}", before, after)


def _digests(document: Document) -> dict[str, Node]:
    checks = Node(document).inner("results").inner("checks")
    return {check: checks.inner(check) for check in checks.names()}


def _figures(held: _Held, purged: Mapping[str, str]) -> Iterator[Finding]:
    hidden = {*(f"[{check}]" for check in purged), *(f"[{api_of(check)}]" for check in purged)}
    hidden |= {f".checks.{check}." for check in purged} | ({"results.digest"} if purged else set())
    for name in ("sla", "incidents", "results"):
        for difference in differences(held.document.get(name), held.again.get(name), name):
            path = difference.path
            if any(beside in path for beside in _BESIDE) or any(part in path for part in hidden):
                continue
            yield _finding(held, difference)


def _finding(held: _Held, difference: Difference) -> Finding:
    path, reported, recomputed = difference
    if path.startswith("sla.") and _is_coarser(held, path):
        if path.endswith(_PERCENTILES) and _is_within(reported, recomputed):
            why = "it came from single results, and comes from rollups now: the same within 0.1 %"
            return Finding(FindingKind.PRECISION, why, path, reported, recomputed)
        if ".latency_ms." in path and _divides_an_hour(held.inputs):
            why = "the period divides an hour of which only a rollup is left: latencies of it can't be told apart any more"
            return Finding(FindingKind.PRECISION, why, path, reported, recomputed)
    return Finding(FindingKind.FIGURE, "it differs", path, reported, recomputed)


def _is_coarser(held: _Held, path: str) -> bool:
    """Whether a latency came from single results, and now doesn't, of any check that it is about."""
    found = _digests(held.again)
    for check, told in _digests(held.document).items():
        is_about = f"[{check}]" in path or (path.startswith("sla.apis") and f"[{api_of(check)}]" in path)
        if (
            is_about
            and told.truth("latency_is_exact")
            and check in found
            and found[check].truth("latency_is_exact") is False
        ):
            return True
    return False


def _is_within(reported: Json, recomputed: Json) -> bool:
    if not isinstance(reported, int | float) or not isinstance(recomputed, int | float) or abs(reported) > LARGEST:
        return False
    return 0 <= recomputed - reported <= reported * ERROR


def _divides_an_hour(inputs: Inputs) -> bool:
    return bool(inputs.period.start % HOUR or min(inputs.period.end, inputs.made_at) % HOUR)


def _maintenance(held: _Held) -> Iterator[Finding]:
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


def _now(held: _Held) -> list[Json]:
    job = replace(_job(held.inputs), windows=all_windows(held.settings, held.store))
    return [maintained_json(each) for each in maintained(job, held.inputs.since)]


def _logged(held: _Held, name: str) -> str:
    """What was done to it since, if anything is known of that."""
    changes = [
        change
        for change in held.store.maintenance.log()
        if change.at > held.inputs.made_at
        and name in (change.window.name, change.before.name if change.before else None)
    ]
    return "".join(f"; {change.action.value} by {change.author} at {to_iso(change.at)}" for change in changes)


def _configuration(held: _Held) -> Iterator[Finding]:
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


def _inputs(held: _Held) -> Iterator[Difference]:
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


def _today(held: _Held) -> Iterator[Finding]:
    """The figures that today's configuration would give another value."""
    checks = tuple(check.facts for check in held.settings.checks if check.id in held.inputs.wanted)
    apis = tuple(api for api in held.settings.apis if api.id in held.inputs.apis_told)
    job = replace(_job(held.inputs), checks=checks, apis=apis)
    today = _made_again(held.inputs, job, held.store)
    for name in ("sla", "incidents"):
        for path, before, after in differences(held.again.get(name), today.get(name), name):
            if not any(beside in path for beside in _BESIDE):
                yield Finding(FindingKind.TODAY, "by today's configuration it would be another", path, before, after)


def _integrity(handed: Handed) -> Iterator[Finding]:
    document = handed.document
    told = Node(document).inner(SEAL).text("sha256")
    if told != (made := seal(document)):
        yield Finding(FindingKind.SEAL, "the file was changed after it was made", "seal.sha256", told, made)
    if (version := Node(document).text("probe_version")) != __version__:
        yield Finding(
            FindingKind.VERSION,
            "it was made by another version of probe; of a page only the data that it carries is verified",
            "probe_version", version, __version__,
        )  # fmt: skip
    elif handed.is_page and page_of(document) != handed.text:
        yield Finding(FindingKind.PAGE, "the page shows something else than the data that it carries", "page")
