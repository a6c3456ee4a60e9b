"""A report's data to what its page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from zoneinfo import ZoneInfo

from probe.model.maintenance import MaintenanceAction
from probe.model.ndjson import Json
from probe.model.sla import Method, ObjectiveKind
from probe.model.units import MILLISECOND, SECOND, Micros
from probe.report.sla.document import SEAL, Document
from probe.report.sla.inputs import period_of
from probe.report.sla.node import Node
from probe.report.sla.view import IncidentRow, MaintenanceRow, Row, SlaView, TargetRow
from probe.report.sla.wording import (
    NONE,
    exact,
    id_of,
    is_met,
    met_text,
    objective_text,
    percent,
    period_text,
    scope_text,
    seconds_text,
    signed_text,
    verdict_text,
)
from probe.report.words import (
    NOTHING,
    Moment,
    duration_text,
    exact_moment,
    latency_text,
    plural,
    runs_out_text,
)
from probe.slo.availability import SUFFICIENT

_MOST_TIMES: Final = 12
"""How many times of one window are listed; the data has them all."""

_DEFINED: Final = {
    "availability": "Availability",
    "verdict": "What a result says",
    "downtime": "Downtime",
    "coverage": "Coverage",
    "best": "Best",
    "worst": "Worst",
    "mttr": "MTTR",
    "mttd": "MTTD",
    "mtta": "MTTA",
    "mtbf": "MTBF",
    "flapping": "Flapping",
    "error_budget": "Error budget",
    "latency": "Latency",
    "apdex": "Apdex",
    "precision": "Precision",
}


def view_of(document: Document) -> SlaView:
    """The view of a report's data.

    Raises:
        Malformed: the document isn't as a report is; the message says where.
    """
    return _Reader(document).view()


class _Reader:
    def __init__(self, document: Document) -> None:
        self._root = Node(document)
        self._sla = self._root.inner("sla")
        self._period = period_of(self._sla)
        self._zone = ZoneInfo(self._sla.text("timezone"))
        configuration = self._root.inner("configuration")
        self._configured = {
            node.text(kind): node for kind in ("check", "api") for node in configuration.each(f"{kind}s")
        }

    def view(self) -> SlaView:
        root, configuration, results = self._root, self._root.inner("configuration"), self._root.inner("results")
        made = root.moment("made_at")
        targets = tuple(self._targets())
        return SlaView(
            title=root.text("title"),
            called=period_text(self._period, self._zone),
            start=exact_moment(self._period.start, self._zone),
            end=exact_moment(self._period.end, self._zone),
            made=exact_moment(made - made % SECOND, self._zone),
            to_date=made < self._period.end,
            timezone=self._sla.text("timezone"),
            version=root.text("probe_version"),
            verdict=verdict_text(targets),
            is_met=is_met(targets),
            remarks=tuple(self._remarks()),
            summary=tuple(self._rows(self._summary)),
            targets=targets,
            incidents=tuple(self._incidents()),
            maintenance=tuple(self._maintenance()),
            afterwards=tuple(self._afterwards()),
            latency=tuple(row for row in self._rows(self._latency) if row.cells),
            definitions=tuple(self._definitions()),
            method=root.inner("rules").choice("method", Method).value,
            location=root.text("location"),
            file=configuration.text("file"),
            file_digest=configuration.text("sha256"),
            results_digest=results.text("digest"),
            seal=root.inner(SEAL).text("sha256"),
            algorithm=results.text("algorithm"),
        )

    def _things(self) -> Iterator[tuple[Node, Node]]:
        """Figures and configuration: each API before its checks; checks of APIs that are not told of come last."""
        checks = {node.text("check"): node for node in self._sla.each("checks")}
        for api in self._sla.each("apis"):
            yield api, self._of(api)
            for id_ in [id_ for id_ in checks if id_.partition("/")[0] == api.text("api")]:
                yield checks[id_], self._of(checks.pop(id_))
        for node in checks.values():
            yield node, self._of(node)

    def _of(self, node: Node) -> Node:
        """What the configuration has of it; nothing of what no file defines any more."""
        return self._configured.get(id_of(node), Node({"name": id_of(node), "objectives": []}))

    def _rows(self, cells: Callable[[Node, Node], tuple[str, ...]]) -> Iterator[Row]:
        for node, configured in self._things():
            coverage = node.number("coverage")
            yield Row(
                name=configured.text("name"),
                id=id_of(node),
                is_api="api" in node.names(),
                cells=cells(node, configured),
                is_thin=coverage is not None and exact(coverage) < SUFFICIENT,
            )

    def _summary(self, node: Node, configured: Node) -> tuple[str, ...]:
        agreed = {each.text("objective"): each for each in configured.each("objectives")}
        kinds = {name: each.choice("kind", ObjectiveKind) for name, each in agreed.items()}
        held = [each for each in node.each("slo") if kinds.get(each.text("objective")) is ObjectiveKind.AVAILABILITY]
        return (
            percent(node.number("availability")),
            ", ".join(agreed[each.text("objective")].text("target") for each in held) or NONE,
            ", ".join(met_text(each.truth("met")) for each in held) or NONE,
            seconds_text(node.number("downtime_seconds")),
            f"{node.whole('incidents'):,}",
            percent(node.number("coverage")),
            f"{percent(node.number('worst'))} … {percent(node.number('best'))}",
        )

    def _latency(self, node: Node, _: Node) -> tuple[str, ...]:
        latency = node.inner("latency_ms")
        if not latency.whole("count"):
            return ()
        figures = (latency.number(name) for name in ("mean", "p50", "p90", "p95", "p99", "max"))
        apdex = node.number("apdex")
        return (
            *(latency_text(None if value is None else value * MILLISECOND) for value in figures),
            f"{latency.whole('count'):,}",
            NONE if apdex is None else f"{int(exact(apdex) * 100) / 100:.2f}",
        )

    def _targets(self) -> Iterator[TargetRow]:
        for node, configured in self._things():
            windows = {each.text("objective"): each for each in configured.each("objectives")}
            for each in node.each("slo"):
                name = each.text("objective")
                yield TargetRow(
                    name=configured.text("name"),
                    objective=objective_text(name, windows.get(name)),
                    met=each.truth("met"),
                    cells=tuple(self._target(each, windows.get(name))),
                )

    def _target(self, status: Node, configured: Node | None) -> Iterator[str]:
        budget, spent = status.number("budget_seconds"), status.number("spent_seconds")
        burn = status.number("burn_rate")
        yield NOTHING if configured is None else configured.text("target")
        yield NOTHING if configured is None else configured.text("window")
        yield seconds_text(budget)
        yield seconds_text(spent)
        yield NOTHING if budget is None or spent is None else signed_text(exact(budget) - exact(spent))
        yield percent(status.number("remaining_ratio"))
        yield NOTHING if burn is None else f"{int(exact(burn) * 100) / 100:,.2f}"
        left = status.number("remaining_ratio")
        at = None if status.is_null("exhausted_at") else status.moment("exhausted_at")
        yield runs_out_text(is_spent=left is not None and left <= 0, at=at, zone=self._zone)

    def _incidents(self) -> Iterator[IncidentRow]:
        for kind in ("api", "check"):
            for thing in self._root.inner("incidents").each(f"{kind}s"):
                for node in thing.each("incidents"):
                    yield self._incident(self._of(thing).text("name"), node)

    def _incident(self, name: str, node: Node) -> IncidentRow:
        cause = NOTHING if node.is_null("cause_text") else node.text("cause_text")
        if node.truth("flapping"):
            cause = f"{cause}; it came and went: {plural(len(list(node.each('outages'))), 'outage')}"
        return IncidentRow(
            name=name,
            start=self._at(node.moment("start")),
            end=None if node.is_null("end") else self._at(node.moment("end")),
            lasted=seconds_text(node.number("seconds")),
            detected=duration_text(node.moment("detected") - node.moment("start")),
            cause=cause,
            notes=tuple(f"{each.text('by')}: {each.text('text')}" for each in node.each("notes") if each.text("text")),
        )

    def _maintenance(self) -> Iterator[MaintenanceRow]:
        for node in self._root.inner("maintenance").each("windows"):
            start, end = self._period
            periods = [period_of(each) for each in node.each("periods")]
            inside = [
                (max(one.start, start), min(one.end, end)) for one in periods if one.start < end and one.end > start
            ]
            if inside:
                yield MaintenanceRow(
                    name=node.text("name"),
                    on=scope_text(node.inner("on")),
                    times=tuple(self._times(*times) for times in inside[:_MOST_TIMES]),
                    hidden=max(0, len(inside) - _MOST_TIMES),
                    total=duration_text(sum(last - first for first, last in inside)),
                )

    def _afterwards(self) -> Iterator[str]:
        for node in self._root.inner("maintenance").each("declared_afterwards"):
            action = node.choice("action", MaintenanceAction).value
            yield f"{node.text('name')}: {action} by {node.text('by')} on {self._at(node.moment('at')).text}"

    def _remarks(self) -> Iterator[str]:
        if not self._root.is_null("simulated_until"):
            until = self._at(self._root.moment("simulated_until")).text
            yield f"Simulated history: results before {until} were generated by probe demo, not measured"
        for number, value in enumerate(self._listed("coverage")):
            node = Node(value, f"coverage[{number}]")
            yield f"{self._of(node).text('name')}: {node.text('remark')}"

    def _listed(self, name: str) -> list[Json]:
        return [node.value for node in self._root.each(name)]

    def _definitions(self) -> Iterator[tuple[str, str]]:
        formulas = self._root.inner("rules").inner("formulas")
        yield from ((_DEFINED.get(name, name), formulas.text(name)) for name in formulas.names())

    def _times(self, start: Micros, end: Micros) -> str:
        return f"{exact_moment(start, self._zone).text} to {exact_moment(end, self._zone).text}"

    def _at(self, at: Micros) -> Moment:
        return exact_moment(at, self._zone)
