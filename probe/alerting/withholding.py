"""What keeps an alert from being told, though it goes on: maintenance, silences, what it depends on, the time of day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from probe.alerting.context import Context
from probe.model.alert import Alert, Stage
from probe.model.check import CheckFacts
from probe.model.run import MAX_GAP
from probe.model.units import Micros


class Withheld(NamedTuple):
    """Which stage holds an alert back, why, and until when, where that is known."""

    stage: Stage
    reason: str
    until: Micros | None = None


Withholder: TypeAlias = Callable[[Alert, Context], Withheld | None]


def maintenance(alert: Alert, context: Context) -> Withheld | None:
    """A window runs: of an API's alert, for all of its checks."""
    checks = _checks(alert, context)
    if not (checks and context.maintenance):
        return None
    windows = [
        next((each for each in context.maintenance if each.scope.holds(check.id, check.labels)), None)
        for check in checks
    ]
    found = [window for window in windows if window]
    if len(found) < len(checks):
        return None
    ends = [window.until for window in found]
    return Withheld(Stage.MAINTENANCE, f"maintenance “{found[0].name}” runs", _first(ends))


def silence(alert: Alert, context: Context) -> Withheld | None:
    """Somebody silenced it: of an API's alert, all of its checks; the prober's, by a silence of everything."""
    held = [each for each in context.silences if not each.rules or alert.rule in each.rules]
    if not held:
        return None
    checks = _checks(alert, context)
    if not checks:
        found = [each for each in held if each.scope.is_everything]
    else:
        found = [each for check in checks for each in held if each.scope.holds(check.id, check.labels)]
        silenced = {check.id for check in checks if any(each.scope.holds(check.id, check.labels) for each in held)}
        found = found if len(silenced) == len(checks) else []
    if not found:
        return None
    first = found[0]
    return Withheld(Stage.SILENCE, f"silence {first.id} by {first.author}: {first.comment}", first.until)


def inhibition(alert: Alert, context: Context) -> Withheld | None:
    """Something that it depends on is down, or was until just now: it must have had the time to come back too."""
    checks = _checks(alert, context)
    if not checks or not context.down:
        return None
    found = [_depended_on(check, context) for check in checks]
    causes = [each for each in found if each]
    if len(causes) < len(checks):
        return None
    return Withheld(Stage.INHIBITION, f"depends on {causes[0]}")


def effective(alert: Alert, context: Context) -> Withheld | None:
    """The rule is not in force just now: alerts are recorded only."""
    if alert.rule not in context.closed:
        return None
    return Withheld(Stage.EFFECTIVE, f"the rule {alert.rule} is not in force at this time", context.closed[alert.rule])


WITHHOLDERS: Final[tuple[Withholder, ...]] = (maintenance, silence, inhibition, effective)
"""In this order; the first that says so holds an alert back."""


def withheld(alert: Alert, context: Context) -> Withheld | None:
    """Why an alert isn't told just now; `None` where nothing keeps it from being told."""
    return next(filter(None, (holds(alert, context) for holds in WITHHOLDERS)), None)


def _checks(alert: Alert, context: Context) -> tuple[CheckFacts, ...]:
    return context.estate.checks_of(alert.subject)


def _depended_on(check: CheckFacts, context: Context) -> str | None:
    """What is down of all that the check depends on, by however many steps."""
    met, ahead = set[str](), list(check.depends_on)
    while ahead:
        each = ahead.pop(0)
        if each in met:
            continue
        down = context.down.get(each)
        if down and (down.ended is None or context.now < down.ended + MAX_GAP * check.interval):
            return f"{each}, which is down" if down.ended is None else f"{each}, which was down until just now"
        met.add(each)
        ahead += context.estate.needs(each)
    return None


def _first(moments: list[Micros | None]) -> Micros | None:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None
