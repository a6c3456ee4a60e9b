"""What the site tells of alerts and of their messages."""

from __future__ import annotations

from typing import Final

from probe.model.notification import DeliveryState
from probe.model.units import DAY, Micros
from probe.report import SiteAlerts
from probe.store import Store

BACK: Final[Micros] = 30 * DAY
MOST: Final = 1_000
"""Of each kind, that are read; a page shows fewer."""


def site_alerts(store: Store, *, now: Micros) -> SiteAlerts:
    """Those that go on, and those of the last 30 days; what reached nobody, and what was tried in vain so far.

    Raises:
        StoreError: the store can't be read.
    """
    recent = store.alerts.alerts(start=now - BACK, limit=MOST)
    waiting = store.outbox.list(states=(DeliveryState.WAITING, DeliveryState.SENDING), limit=MOST)
    return SiteAlerts(
        firing=store.alerts.alerts(open_only=True, limit=MOST),
        over=tuple(alert for alert in recent if not alert.is_firing),
        deliveries=store.outbox.list(start=now - BACK, limit=MOST),
        undelivered=(*store.outbox.undelivered(MOST), *(each for each in waiting if each.why)),
    )
