"""The rules of a file that has channels and says nothing of alerts: what nobody would want to miss."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from probe.config.conditions import parse_condition
from probe.model.check import Api, Check
from probe.model.maintenance import Scope
from probe.model.result import State
from probe.model.rule import (
    AlertRule,
    BurnCondition,
    Condition,
    Grouping,
    Held,
    LevelRule,
    ProberCondition,
    StateCondition,
    SubjectKind,
)
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE, Micros

_NO_DATA: Final = StateCondition(state=State.UNKNOWN, held=Held(duration=10 * MINUTE))
_RULES: Final[tuple[tuple[str, SubjectKind, tuple[tuple[AlertLevel, Condition], ...]], ...]] = (
    ("down", SubjectKind.CHECK, ((AlertLevel.CRITICAL, StateCondition(state=State.DOWN)),)),
    (
        "certificate",
        SubjectKind.CHECK,
        (
            (AlertLevel.CRITICAL, parse_condition("certificate.expires_in < 3d")),
            (AlertLevel.WARNING, parse_condition("certificate.expires_in < 14d")),
        ),
    ),
    ("burn", SubjectKind.API, ((AlertLevel.CRITICAL, BurnCondition()), (AlertLevel.WARNING, BurnCondition()))),
    ("no-data", SubjectKind.CHECK, ((AlertLevel.WARNING, _NO_DATA),)),
    ("prober", SubjectKind.PROBER, ((AlertLevel.CRITICAL, ProberCondition()),)),
)
"""Name, what each alert is about, and the levels."""


def default_rules(notify: tuple[str, ...], *, remind: Micros | None, grouping: Grouping) -> tuple[AlertRule, ...]:
    """They tell all of these channels. Of budgets those of APIs are meant; see `with_lone_objectives`."""
    return tuple(
        AlertRule(
            name=name,
            scope=Scope(),
            per=per,
            levels=tuple(LevelRule(level=level, condition=condition, notify=notify) for level, condition in levels),
            remind=remind,
            grouping=grouping,
            is_default=True,
        )
        for name, per, levels in _RULES
    )


def with_lone_objectives(
    rules: tuple[AlertRule, ...], apis: Iterable[Api], checks: Iterable[Check]
) -> tuple[AlertRule, ...]:
    """The default rules, with one more for checks that have objectives while their API has none."""
    having = {api.id for api in apis if api.objectives}
    lone = tuple(check.id for check in checks if check.objectives and check.api not in having)
    burn = next((rule for rule in rules if rule.is_default and rule.per is SubjectKind.API), None)
    if not (lone and burn):
        return rules
    of_checks = replace(burn, name="burn-of-checks", per=SubjectKind.CHECK, scope=Scope(checks=lone))
    return (*rules, of_checks)
