from __future__ import annotations

from dataclasses import replace

from probe.model.alert import Alert
from probe.model.notification import Delivery, DeliveryState, Message, Occasion
from probe.model.rule import Subject, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import DAY, HOUR, MINUTE
from probe.report.alerts import MOST_ROWS, AlertsPage, alerts_page
from probe.report.contents import pages
from probe.report.incident_notes import incident_list
from probe.report.links import incident_anchor
from probe.report.overview import Overview
from probe.report.rendering import render
from probe.report.site import Site, SiteAlerts
from probe.report.words import Condition
from tests.unit.report.material import NOW, ZONE, broken, check, site

ALERT = Alert(
    id="a0123456789",
    rule="down",
    subject=Subject(SubjectKind.CHECK, "shop/home"),
    level=AlertLevel.CRITICAL,
    since=NOW - HOUR,
    fired_at=NOW - HOUR + MINUTE,
    reading="connection refused <b>&",
)
OVER = replace(ALERT, id="a1", resolved_at=NOW - MINUTE, ended=NOW - 2 * MINUTE, resolution="2 results in a row are up")


def delivery(state: DeliveryState = DeliveryState.DELIVERED, *, why: str = "", tries: int = 1) -> Delivery:
    message = Message(
        id=f"msg_{state}",
        channel="ops-mail",
        thread="t1",
        number=1,
        occasion=Occasion.FIRING,
        level=AlertLevel.CRITICAL,
        title="Shop: home is down",
        status="CRITICAL",
        group=(),
        at=NOW - 30 * MINUTE,
        zone="UTC",
        entries=(),
    )
    return Delivery(
        message=message,
        state=state,
        due_at=NOW + MINUTE,
        expires_at=NOW + DAY,
        alerts=(ALERT.id,),
        tries=tries,
        why=why,
    )


LOST = delivery(DeliveryState.EXPIRED, why="connection refused by <mail>", tries=14)
WAITING = delivery(DeliveryState.WAITING, why="answered 503", tries=2)


def viewed(alerts: SiteAlerts) -> AlertsPage:
    return alerts_page(site(), alerts, ZONE)


def told(alerts: SiteAlerts | None) -> Site:
    return replace(site(check(seen=broken())), alerts=alerts)


def page(seen: Site, path: str) -> str:
    return next(render(each) for each in pages(seen) if each.path == path)


def test_a_site_whose_alerts_nobody_is_told_of_has_no_page_of_them() -> None:
    assert "alerts.html" not in [each.path for each in pages(told(None))]
    assert "alerts.html" not in page(told(None), "index.html")


def test_the_page_says_what_goes_on_and_what_is_over() -> None:
    view = viewed(SiteAlerts(firing=(ALERT,), over=(OVER,)))
    assert (view.headline, view.condition) == ("1 alert goes on", Condition.DOWN)
    (firing,), (over,) = view.firing, view.over
    assert (firing.level, firing.about, firing.lasted, firing.over) == ("critical", "shop/home", "1 h", None)
    assert (over.lasted, over.why) == ("58 min", "2 results in a row are up")


def test_nothing_to_tell_is_told_too() -> None:
    view = viewed(SiteAlerts())
    assert (view.headline, view.condition) == ("no alert goes on", Condition.UP)
    assert page(told(SiteAlerts()), "alerts.html").count("None.") == 3


def test_a_flood_of_alerts_is_cut_and_counted() -> None:
    view = viewed(SiteAlerts(firing=(ALERT,) * (MOST_ROWS + 7)))
    assert (len(view.firing), view.hidden) == (MOST_ROWS, 7)


def test_who_took_it_on_and_that_nothing_is_known_any_more_is_told() -> None:
    taken = replace(ALERT, acknowledged_at=NOW, acknowledged_by="anna", has_data=False)
    (row,) = viewed(SiteAlerts(firing=(taken,))).firing
    assert row.why == "acknowledged by anna"
    assert row.reading.endswith("; nothing is known any more")


def test_a_message_tells_what_became_of_it() -> None:
    view = viewed(SiteAlerts(deliveries=(delivery(), WAITING, LOST)))
    assert [(row.state, row.tries, row.why) for row in view.deliveries] == [
        ("delivered", "", ""),
        ("waiting", "2 tries", "answered 503; tried again at 20 Nov 2026, 13:01:00 CET"),
        ("given up", "14 tries", "connection refused by <mail>"),
    ]


def test_what_reached_nobody_stands_on_the_first_page() -> None:
    seen = told(SiteAlerts(firing=(ALERT,), undelivered=(LOST, WAITING)))
    view = pages(seen)[0].view
    assert isinstance(view, Overview)
    assert view.alerts is not None
    message = "“CRITICAL Shop: home is down” of 20 Nov 2026, 12:30:00 CET, for ops-mail,"
    assert view.alerts.undelivered == (
        f"{message} reached nobody: connection refused by <mail>",
        f"{message} is not delivered yet: answered 503",
    )
    html = page(seen, "index.html")
    assert 'href="alerts.html#undelivered"' in html
    assert "2 messages not delivered" in html
    assert 'id="undelivered"' in page(seen, "alerts.html")


def test_what_targets_and_receivers_say_is_only_text() -> None:
    html = page(told(SiteAlerts(firing=(ALERT,), undelivered=(LOST,))), "alerts.html")
    assert "connection refused &lt;b&gt;&amp;" in html
    assert "&lt;mail&gt;" in html


def test_an_alert_leads_to_its_incident() -> None:
    seen = told(SiteAlerts(firing=(replace(ALERT, since=NOW - HOUR),)))
    anchor = incident_anchor(NOW - HOUR)
    assert anchor == "incident-20261120T110000Z"
    shown = seen.apis[0].checks[0]
    history = shown.history
    (note,) = incident_list(history.incidents, history.past, now=NOW, zone=ZONE).notes
    assert note.anchor == anchor
    assert f'href="checks/shop/home.html#{anchor}"' in page(seen, "alerts.html")
    assert f'id="{anchor}"' in page(seen, f"checks/{shown.facts.id}.html")


def test_the_prober_has_no_page() -> None:
    prober = replace(ALERT, subject=Subject(SubjectKind.PROBER, "berlin"))
    (row,) = viewed(SiteAlerts(firing=(prober,))).firing
    assert (row.about, row.href) == ("the prober at berlin", "")
