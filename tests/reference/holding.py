"""When a metric condition holds, counted from its definition over the whole history at once; knows nothing of the fold."""

from __future__ import annotations

from probe.alerting.holding import Terms

Told = tuple[int, int | None, int | None]


def held_times(history: list[tuple[int, bool | None]], of: Terms) -> list[Told]:
    """Of each reading its time, since when the condition is fulfilled, and since when it is held; `None` while it isn't."""
    counts = {at: _counted(value, of) for at, value in history}
    found: list[Told] = []
    since = fulfilled_at = held_at = None
    for at, _ in history:
        windows = [at - number * of.spacing * of.step for number in range(of.held.of)]
        breached = [window for window in windows if counts.get(window) is True]
        if len(breached) >= of.held.needed:
            if since is None:
                since, fulfilled_at = min(breached), at
            if held_at is None and fulfilled_at is not None and at - fulfilled_at >= of.held.duration:
                held_at = at
        else:
            span = range(at - (of.recover - 1) * of.spacing * of.step, at + 1, of.step)
            if held_at is None or all(counts.get(moment) is False for moment in span):
                since = fulfilled_at = held_at = None
        found.append((at, since, held_at))
    return found


def _counted(value: bool | None, of: Terms) -> bool | None:
    """As a breach, as well, or as neither."""
    if value is None:
        return {"alert": True, "ok": False}.get(of.no_data.value)
    return value
