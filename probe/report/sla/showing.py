"""A report's data to what its page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from probe.model.maintenance import MaintenanceAction
from probe.model.ndjson import Json
from probe.model.sla import Method, ObjectiveKind
from probe.model.units import MILLISECOND, SECOND, Micros, to_datetime
from probe.report.sla.document import SEAL, THIN, Document
from probe.report.sla.inputs import period_of
from probe.report.sla.node import Node
from probe.report.sla.view import IncidentRow, MaintenanceRow, Row, SlaView, TargetRow
from probe.report.words import (
    NOTHING,
    Moment,
    day_text,
    duration_text,
    exact_moment,
    latency_text,
    moment,
    percent_text,
    plural,
)
from probe.slo.periods import Period, parse_month

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
            verdict=_verdict(targets),
            is_met=_is_met(targets),
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
        return self._configured.get(_id(node), Node({"name": _id(node), "objectives": []}))

    def _rows(self, cells: Callable[[Node, Node], tuple[str, ...]]) -> Iterator[Row]:
        for node, configured in self._things():
            coverage = node.number("coverage")
            yield Row(
                name=configured.text("name"),
                id=_id(node),
                is_api="api" in node.names(),
                cells=cells(node, configured),
                is_thin=coverage is not None and _fraction(coverage) * 100 < THIN,
            )

    def _summary(self, node: Node, configured: Node) -> tuple[str, ...]:
        agreed = {each.text("objective"): each for each in configured.each("objectives")}
        kinds = {name: each.choice("kind", ObjectiveKind) for name, each in agreed.items()}
        held = [each for each in node.each("slo") if kinds.get(each.text("objective")) is ObjectiveKind.AVAILABILITY]
        return (
            percent(node.number("availability")),
            ", ".join(agreed[each.text("objective")].text("target") for each in held) or NONE,
            ", ".join(_met(each.truth("met")) for each in held) or NONE,
            _seconds(node.number("downtime_seconds")),
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
            NONE if apdex is None else f"{int(_fraction(apdex) * 100) / 100:.2f}",
        )

    def _targets(self) -> Iterator[TargetRow]:
        for node, configured in self._things():
            windows = {each.text("objective"): each for each in configured.each("objectives")}
            for each in node.each("slo"):
                name = each.text("objective")
                yield TargetRow(
                    name=configured.text("name"),
                    objective=_objective(name, windows.get(name)),
                    met=each.truth("met"),
                    cells=tuple(self._target(each, windows.get(name))),
                )

    def _target(self, status: Node, configured: Node | None) -> Iterator[str]:
        budget, spent = status.number("budget_seconds"), status.number("spent_seconds")
        burn = status.number("burn_rate")
        yield NOTHING if configured is None else configured.text("target")
        yield NOTHING if configured is None else configured.text("window")
        yield _seconds(budget)
        yield _seconds(spent)
        yield NOTHING if budget is None or spent is None else _signed(_fraction(budget) - _fraction(spent))
        yield percent(status.number("remaining_ratio"))
        yield NOTHING if burn is None else f"{int(_fraction(burn) * 100) / 100:,.2f}"
        yield NONE if status.is_null("exhausted_at") else moment(status.moment("exhausted_at"), self._zone).text

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
            lasted=_seconds(node.number("seconds")),
            detected=duration_text(node.moment("detected") - node.moment("start")),
            cause=cause,
            notes=tuple(
                f"{each.text('author')}: {each.text('text')}" for each in node.each("notes") if each.text("text")
            ),
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
                    on=_scope(node.inner("on")),
                    times=tuple(self._times(*times) for times in inside[:_MOST_TIMES]),
                    hidden=max(0, len(inside) - _MOST_TIMES),
                    total=duration_text(sum(last - first for first, last in inside)),
                )

    def _afterwards(self) -> Iterator[str]:
        for node in self._root.inner("maintenance").each("declared_afterwards"):
            action = node.choice("action", MaintenanceAction).value
            yield f"{node.text('name')}: {action} by {node.text('author')} on {self._at(node.moment('at')).text}"

    def _remarks(self) -> Iterator[str]:
        if not self._root.is_null("simulated_until"):
            until = self._at(self._root.moment("simulated_until")).text
            yield f"Simulated: results before {until} were generated by probe demo, not measured"
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


NONE: Final = "–"


def period_text(period: Period, zone: tzinfo) -> str:
    """A month by its name, or else the first and the last day of it."""
    first = to_datetime(period.start).astimezone(zone)
    if parse_month(f"{first:%Y-%m}", zone) == period:
        return f"{first:%B %Y}"
    last = to_datetime(period.end - 1).astimezone(zone)
    if first.date() == last.date():
        return f"{day_text(first.date())} {first.year}"
    return f"{day_text(first.date())} {first.year} to {day_text(last.date())} {last.year}"


def percent(ratio: float | None) -> str:
    """Cut off, not rounded; below zero too."""
    if ratio is None:
        return NOTHING
    exact = _fraction(ratio)
    return ("-" if exact < 0 else "") + percent_text(abs(exact.numerator), exact.denominator)


def _fraction(value: float) -> Fraction:
    """As it is written: 0.999 is a bit less than that in binary, and would be cut off to 99.8."""
    return Fraction(str(value))


def _seconds(value: float | None) -> str:
    return NOTHING if value is None else _signed(_fraction(value))


def _signed(seconds: Fraction) -> str:
    length = duration_text(abs(int(seconds * SECOND)))
    return f"-{length}" if seconds < 0 else length


def _met(met: bool | None) -> str:
    return NOTHING if met is None else "met" if met else "not met"


def _objective(name: str, configured: Node | None) -> str:
    if configured is None or configured.is_null("under"):
        return name
    return f"{name}: under {configured.text('under')}"


def _scope(node: Node) -> str:
    labels = node.inner("labels")
    named = (*node.texts("checks"), *node.texts("apis"), *(f"{name}={labels.text(name)}" for name in labels.names()))
    return ", ".join(named) or "all checks"


def _id(node: Node) -> str:
    return node.text("api" if "api" in node.names() else "check")


def _is_met(targets: tuple[TargetRow, ...]) -> bool | None:
    known = [row.met for row in targets if row.met is not None]
    return all(known) if known else None


def _verdict(targets: tuple[TargetRow, ...]) -> str:
    if not targets:
        return "Nothing was agreed on to hold these figures against"
    missed, unknown = sum(row.met is False for row in targets), sum(row.met is None for row in targets)
    beside = f"; of {plural(unknown, 'objective')} nothing is known" if unknown else ""
    all_ = plural(len(targets), "objective")
    if missed:
        return f"{missed:,} of {all_} {'is' if missed == 1 else 'are'} not met{beside}"
    met = len(targets) - unknown
    if met == len(targets):
        return "The one objective is met" if met == 1 else f"All {all_} are met"
    return f"{met:,} of {all_} {'is' if met == 1 else 'are'} met{beside}"
