"""How people are told, as metrics for Prometheus; none where there is nothing to tell."""

from __future__ import annotations

from collections.abc import Iterator

from probe.model.sla import AlertLevel
from probe.model.units import SECOND
from probe.runtime.alerts.frames import Status
from probe.runtime.exposition import head, line, pair, single


def alerting(status: Status | None, *, is_running: bool | None) -> Iterator[str]:
    """The alerter's families.

    Args:
        status: what it said last.
        is_running: `None` where there is nothing to tell.
    """
    if is_running is None:
        return
    yield single("probe_alerter_up", "gauge", "1 while the alerter runs", is_running)
    if status:
        yield from _of(status)


def _of(status: Status) -> Iterator[str]:
    if status.planned_at is not None:
        yield single(
            "probe_alerter_last_tick_timestamp_seconds",
            "gauge",
            "When alerts were planned last",
            status.planned_at / SECOND,
        )
    yield head("probe_alerts_firing", "gauge", "Alerts that go on, by level")
    for level in AlertLevel:
        yield line("probe_alerts_firing", pair("level", level), status.firing.get(level, 0))
    yield head("probe_notifications_waiting", "gauge", "Messages that are to be sent")
    for channel, count in status.waiting.items():
        yield line("probe_notifications_waiting", pair("channel", channel), count)
    yield head("probe_notifications_total", "counter", "Messages by what became of them, since the alerter's start")
    for outcome, counts in (("delivered", status.delivered), ("given_up", status.given_up)):
        for channel, count in counts.items():
            yield line("probe_notifications_total", f"{pair('channel', channel)},{pair('outcome', outcome)}", count)
    yield head("probe_channel_disabled", "gauge", "1 while a channel gets no messages, for its receiver wants none")
    for channel in status.waiting:
        yield line("probe_channel_disabled", pair("channel", channel), channel in status.disabled)
    yield single(
        "probe_notifications_undelivered", "gauge", "Messages that reached nobody, and are told of in none",
        status.undelivered,
    )  # fmt: skip
