"""Alerts as messages tell them, one by one: by what names, with what is known of each, and where to read more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from zoneinfo import ZoneInfo

from probe.alerting.titles import Names, conditions
from probe.model.alert import Alert
from probe.model.check import api_of
from probe.model.notification import Entry
from probe.model.result import State
from probe.model.rule import StateCondition, SubjectKind
from probe.model.units import SECOND
from probe.report.links import api_href, check_href, incident_anchor
from probe.report.words import exact_moment
from probe.runtime.alerts.enriching import Enriched, Enriching

Link: TypeAlias = tuple[str, str]
"""A title, and a URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Makes entries of alerts.

    Attributes:
        url: of the report; empty where nobody said.
    """

    names: Names
    enriching: Enriching
    zone: ZoneInfo
    url: str

    def entry(self, alert: Alert, *, is_new: bool, muted: str, is_full: bool) -> Entry:
        """An alert, with all that the store knows where it is told of in full."""
        rule = self.names.rules.get(alert.rule)
        known = self.enriching.enriched(alert) if is_full else Enriched(facts=alert.facts)
        return Entry(
            alert=alert.id,
            rule=alert.rule,
            subject=alert.subject,
            name=self.names.of(alert.subject),
            level=alert.level,
            is_firing=alert.is_firing,
            is_new=is_new,
            since=alert.since,
            fired_at=alert.fired_at,
            resolved_at=alert.resolved_at,
            lasted=self.enriching.lasted(alert),
            reading=alert.reading,
            expected=alert.expected,
            resolution=alert.resolution,
            labels=self.names.estate.labels(alert.subject),
            locations=alert.locations,
            facts=known.facts,
            outcomes=known.outcomes,
            phases=known.phases,
            past=known.past,
            budget=known.budget,
            note=rule.note if rule else "",
            runbook=rule.runbook if rule else "",
            links=self.links(alert),
            muted=muted,
            acknowledged=self._acknowledged(alert),
        )

    def links(self, alert: Alert) -> tuple[Link, ...]:
        """Its pages, the nearest first; none where nobody said where the report is."""
        base, subject = self.url.rstrip("/"), alert.subject
        if not base:
            return ()
        if subject.kind is SubjectKind.PROBER:
            return (("Report", f"{base}/index.html"),)
        api = api_of(subject.id)
        incident = f"#{incident_anchor(alert.since)}" if self._is_incident(alert) else ""
        if subject.kind is SubjectKind.API:
            return ((self.names.api(api), f"{base}/{api_href(api)}{incident}"),)
        return (
            ("Incident" if incident else "Check", f"{base}/{check_href(subject.id)}{incident}"),
            (self.names.api(api), f"{base}/{api_href(api)}"),
        )

    def _is_incident(self, alert: Alert) -> bool:
        """Whether it began with one: what is slow, or burns its budget, has no such place on the page."""
        found = conditions(self.names.rules.get(alert.rule), alert.level)
        return any(isinstance(each, StateCondition) and each.state is State.DOWN for each in found)

    def link(self, alerts: Sequence[Alert], apis: Collection[str]) -> str:
        """Of the one subject that all are of, of their one API, or of the report."""
        if not self.url:
            return ""
        if len({alert.subject for alert in alerts}) == 1:
            return self.links(alerts[0])[0][1]
        return self.url.rstrip("/") + "/" + (api_href(*apis) if len(apis) == 1 else "index.html")

    def _acknowledged(self, alert: Alert) -> str:
        if alert.acknowledged_at is None:
            return ""
        at = exact_moment(alert.acknowledged_at - alert.acknowledged_at % SECOND, self.zone).text
        return f"{alert.acknowledged_by}, {at}"
