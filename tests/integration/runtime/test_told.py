"""What the site says of alerts, of a real store."""

from __future__ import annotations

from pathlib import Path

from probe.alerting.book import Book, Entered, Plan
from probe.model.notification import DeliveryState
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, MINUTE
from probe.runtime.alerts.told import site_alerts
from probe.store import open_store
from tests.contract import alerting
from tests.contract.test_store import T0

NOW = T0 + 10 * MINUTE


def test_the_site_knows_what_goes_on_what_is_over_and_what_reached_nobody(tmp_path: Path) -> None:
    firing, over = alerting.alert(1), alerting.resolved(alerting.alert(2))
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")) as store:
        store.alerts.lease("me", now=NOW, until=NOW + MINUTE)
        plan = Plan(book=Book(alerts={each.id: each for each in (firing, over)}), alerts=(firing, over))
        store.alerts.enter(Entered(plan=plan), holder="me", now=NOW)
        store.outbox.add([alerting.delivery()])
        (claimed,) = store.outbox.claim(now=NOW, holder="me", lease=MINUTE, limit=1)
        failed = alerting.attempt(claimed, delivered=False, is_final=True)
        store.outbox.settle(claimed.message.id, failed, holder="me", state=DeliveryState.FAILED)
        found = site_alerts(store, now=NOW)
        later = site_alerts(store, now=NOW + 60 * DAY)
    assert ([each.id for each in found.firing], [each.id for each in found.over]) == ([firing.id], [over.id])
    assert [each.state for each in found.deliveries] == [DeliveryState.FAILED]
    assert [each.why for each in found.undelivered] == ["451 try later"]
    assert ([each.id for each in later.firing], later.over, later.deliveries) == ([firing.id], (), ())
    assert len(later.undelivered) == 1
