"""The view of the page of alerts and deliveries: what goes on, what is over, who was told, and what reached nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from probe.model.alert import Alert
from probe.model.check import api_of
from probe.model.notification import Delivery, DeliveryState
from probe.model.rule import SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import SECOND, Micros
from probe.report.figures import Frame, frame
from probe.report.links import api_href, check_href, incident_anchor
from probe.report.site import Site, SiteAlerts
from probe.report.words import Condition, Moment, duration_text, exact_moment, plural

ALERTS: Final = "alerts.html"
MOST_ROWS: Final = 100
MOST_NOTED: Final = 3
"""Messages that reached nobody, of which the overview tells one by one."""

_LEVELS: Final = {
    AlertLevel.CRITICAL: Condition.DOWN,
    AlertLevel.WARNING: Condition.DEGRADED,
    AlertLevel.INFO: Condition.MAINTENANCE,
}
"""By which shape and colour a level is shown, beside its word."""

DELIVERY_WORDS: Final = {
    DeliveryState.WAITING: "waiting",
    DeliveryState.SENDING: "being sent",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.FAILED: "refused",
    DeliveryState.EXPIRED: "given up",
    DeliveryState.SUPERSEDED: "said by a later one",
}
_SHOWN: Final = {
    DeliveryState.DELIVERED: Condition.UP,
    DeliveryState.FAILED: Condition.DOWN,
    DeliveryState.EXPIRED: Condition.DOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert.

    Attributes:
        condition: by which its level is shown.
        href: of its incident's page; empty where it has none.
        over: when it was over, `None` while it goes on.
        why: why it is over, or who takes care of it.
    """

    level: str
    condition: Condition
    about: str
    href: str
    rule: str
    reading: str
    since: Moment
    lasted: str
    over: Moment | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A message.

    Attributes:
        id: by which `probe deliveries retry` takes it.
        why: what went wrong the last time, and when it is tried again.
        tries: how often it was sent, where that isn't once.
    """

    id: str
    at: Moment
    state: str
    condition: Condition
    channel: str
    title: str
    why: str
    tries: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage:
    """All of it; `hidden` alerts that go on are not shown."""

    frame: Frame
    headline: str
    condition: Condition
    undelivered: tuple[DeliveryRow, ...]
    firing: tuple[AlertRow, ...]
    hidden: int
    over: tuple[AlertRow, ...]
    deliveries: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsNote:
    """What the overview says of alerts, and where there is more.

    Attributes:
        undelivered: a sentence for each of the first messages that reached nobody.
        lost: how many there are.
    """

    text: str
    href: str
    undelivered: tuple[str, ...]
    lost: str


def alerts_page(site: Site, alerts: SiteAlerts, zone: tzinfo) -> AlertsPage:
    """The view of `alerts.html`."""
    worst = _worst(alerts)
    said = _goes_on(alerts)
    return AlertsPage(
        frame=frame(site, f"Alerts · {site.title}", worst, root="", zone=zone),
        headline=said,
        condition=worst,
        undelivered=tuple(_delivery(each, site.now, zone) for each in alerts.undelivered[:MOST_ROWS]),
        firing=tuple(_alert(each, site.now, zone) for each in alerts.firing[:MOST_ROWS]),
        hidden=max(0, len(alerts.firing) - MOST_ROWS),
        over=tuple(_alert(each, site.now, zone) for each in alerts.over[:MOST_ROWS]),
        deliveries=tuple(_delivery(each, site.now, zone) for each in alerts.deliveries[:MOST_ROWS]),
    )


def alerts_note(alerts: SiteAlerts, zone: tzinfo) -> AlertsNote:
    """That of the overview."""
    found = alerts.undelivered
    return AlertsNote(
        text=_goes_on(alerts),
        href=ALERTS,
        undelivered=tuple(_sentence(each, zone) for each in found[:MOST_NOTED]),
        lost=f"{plural(len(found), 'message')} not delivered",
    )


def _goes_on(alerts: SiteAlerts) -> str:
    count = len(alerts.firing)
    return f"{plural(count, 'alert')} {'goes' if count == 1 else 'go'} on" if count else "no alert goes on"


def _worst(alerts: SiteAlerts) -> Condition:
    if not alerts.firing:
        return Condition.DEGRADED if alerts.undelivered else Condition.UP
    levels: Sequence[AlertLevel] = tuple(AlertLevel)
    return _LEVELS[min((each.level for each in alerts.firing), key=levels.index)]


def _alert(alert: Alert, now: Micros, zone: tzinfo) -> AlertRow:
    end = alert.resolved_at if alert.ended is None else alert.ended
    return AlertRow(
        level=alert.level.value,
        condition=_LEVELS[alert.level],
        about=str(alert.subject),
        href=_href(alert),
        rule=alert.rule,
        reading=alert.reading if alert.has_data else f"{alert.reading}; nothing is known any more",
        since=_second(alert.since, zone),
        lasted=duration_text((now if alert.resolved_at is None else end or now) - alert.since),
        over=None if alert.resolved_at is None else _second(alert.resolved_at, zone),
        why=alert.resolution or (f"acknowledged by {alert.acknowledged_by}" if alert.acknowledged_by else ""),
    )


def _href(alert: Alert) -> str:
    if alert.subject.kind is SubjectKind.PROBER:
        return ""
    is_check = alert.subject.kind is SubjectKind.CHECK
    page = check_href(alert.subject.id) if is_check else api_href(api_of(alert.subject.id))
    return f"{page}#{incident_anchor(alert.since)}"


def _delivery(delivery: Delivery, now: Micros, zone: tzinfo) -> DeliveryRow:
    message = delivery.message
    return DeliveryRow(
        id=message.id,
        at=_second(message.at, zone),
        state=DELIVERY_WORDS[delivery.state],
        condition=_SHOWN.get(delivery.state, Condition.UNKNOWN),
        channel=message.channel,
        title=f"{message.status} {message.title}",
        why=_why(delivery, now, zone),
        tries=plural(delivery.tries, "try", "tries") if delivery.tries != 1 else "",
    )


def _why(delivery: Delivery, now: Micros, zone: tzinfo) -> str:
    if delivery.state is not DeliveryState.WAITING or not delivery.tries:
        return delivery.why
    when = "now" if delivery.due_at <= now else f"at {_second(delivery.due_at, zone).text}"
    return f"{delivery.why}; tried again {when}" if delivery.why else f"tried again {when}"


def _sentence(delivery: Delivery, zone: tzinfo) -> str:
    message = delivery.message
    said = "is not delivered yet" if delivery.state is DeliveryState.WAITING else "reached nobody"
    why = f": {delivery.why}" if delivery.why else ""
    at = _second(message.at, zone).text
    return f"“{message.status} {message.title}” of {at}, for {message.channel}, {said}{why}"


def _second(at: Micros, zone: tzinfo) -> Moment:
    return exact_moment(at - at % SECOND, zone)
