"""A report of service levels, computed once more from the store, and held against itself.

1. It is made again by what it says of itself: its period, rules, objectives, confirmation and maintenance, as of when it was made.
2. Whatever figure differs is told, and why where that can be said: results that came, went or are purged.
3. What it was computed by is held against what holds now: the maintenance declared, and the configuration.
4. Last its own integrity: its seal, and of a page whether it shows what it carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

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
    differences,
    inputs_of,
    leaves,
    page_of,
    seal,
)
from probe.report.words import plural
from probe.runtime.made_again import BESIDE, Held, job_of, made_again
from probe.runtime.since import configuration_since, maintenance_since
from probe.slo.histogram import ERROR
from probe.store import Store

_PERCENTILES: Final = tuple(f".latency_ms.{name}" for name in ("p50", "p90", "p95", "p99"))


def verify(handed: Handed, settings: Settings, store: Store) -> Verification:
    """Holds a report against the store and the configuration.

    Raises:
        StoreError: the store can't be read.
        Malformed: the report isn't as a report is; the message says where.
    """
    inputs = inputs_of(handed.document)
    again = made_again(inputs, job_of(inputs), store)
    held = Held(handed.document, inputs, again, settings, store)
    purged = dict(_purged(held))
    findings = (
        *(Finding(FindingKind.PURGED, why, f"results.checks.{check}") for check, why in purged.items()),
        *_results(held, purged),
        *_figures(held, purged),
        *maintenance_since(held),
        *configuration_since(held),
        *_integrity(handed),
    )
    return Verification(figures=len(_figures_of(handed.document)), findings=findings)


def _figures_of(document: Document) -> dict[str, Json]:
    return {
        path: value
        for name in ("sla", "incidents", "results")
        for path, value in leaves(document.get(name), name)
        if not any(beside in path for beside in BESIDE)
    }


def _purged(held: Held) -> Iterator[tuple[str, str]]:
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


def _results(held: Held, purged: Mapping[str, str]) -> Iterator[Finding]:
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


def _figures(held: Held, purged: Mapping[str, str]) -> Iterator[Finding]:
    hidden = {*(f"[{check}]" for check in purged), *(f"[{api_of(check)}]" for check in purged)}
    hidden |= {f".checks.{check}." for check in purged} | ({"results.digest"} if purged else set())
    for name in ("sla", "incidents", "results"):
        for difference in differences(held.document.get(name), held.again.get(name), name):
            path = difference.path
            if any(beside in path for beside in BESIDE) or any(part in path for part in hidden):
                continue
            yield _finding(held, difference)


def _finding(held: Held, difference: Difference) -> Finding:
    path, reported, recomputed = difference
    if path.startswith("sla.") and _is_coarser(held, path):
        if path.endswith(_PERCENTILES) and _is_within(reported, recomputed):
            why = "it came from single results, and comes from rollups now: the same within 0.1 %"
            return Finding(FindingKind.PRECISION, why, path, reported, recomputed)
        if ".latency_ms." in path and _divides_an_hour(held.inputs):
            why = "the period divides an hour of which only a rollup is left: latencies of it can't be told apart any more"
            return Finding(FindingKind.PRECISION, why, path, reported, recomputed)
    return Finding(FindingKind.FIGURE, "it differs", path, reported, recomputed)


def _is_coarser(held: Held, path: str) -> bool:
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
