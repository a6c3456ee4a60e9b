"""Maintenance windows: whose they are, and when, from what the file says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.messages import did_you_mean
from probe.config.windows import IntervalFields, MaintenanceFields, ScopeFields
from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Schedule, Scope
from probe.model.units import Micros
from probe.slo.periods import parse_moment
from probe.slo.schedules import parse_times


class Names(NamedTuple):
    """What the file has, by name: APIs, and checks by their ids."""

    apis: Collection[str]
    checks: Collection[str]


@dataclass(frozen=True, slots=True)
class MaintenanceReader:
    """Reads the windows of a file with these names, whose time zone this is; what is wrong is blamed."""

    names: Names
    timezone: str
    blame: Blame

    def windows(self, said: Sequence[MaintenanceFields]) -> tuple[MaintenanceWindow, ...]:
        """The meaning of the section."""
        seen: set[str] = set()
        for index, fields in enumerate(said):
            if fields.name in seen:
                self.blame(
                    ("maintenance", index, "name"),
                    f'another window has the name "{fields.name}" already; give this one another',
                )
            seen.add(fields.name)
        return tuple(self._window(fields, ("maintenance", index)) for index, fields in enumerate(said))

    def _window(self, fields: MaintenanceFields, path: Path) -> MaintenanceWindow:
        scope = Scope() if isinstance(fields.on, str) else self._scope(fields.on, (*path, "on"))
        return MaintenanceWindow(name=fields.name, scope=scope, schedule=self._schedule(fields, path))

    def _scope(self, said: ScopeFields, path: Path) -> Scope:
        apis, checks = said.api or (), said.check or ()
        for key, ids, why_not in (("api", apis, self._why_no_api), ("check", checks, self._why_no_check)):
            for index, written in enumerate(ids):
                if reason := why_not(written):
                    self.blame((*path, key, index) if len(ids) > 1 else (*path, key), reason)
        return Scope(checks=checks, apis=apis, labels=tuple(sorted((said.labels or {}).items())))

    def _why_no_api(self, api: str) -> str | None:
        if api in self.names.apis:
            return None
        if api in self.names.checks:
            return f'"{api}" is a check; write check: {api}'
        return f'there is no API "{api[:130]}" in this file{did_you_mean(api, self.names.apis)}'

    def _why_no_check(self, check: str) -> str | None:
        if check in self.names.checks:
            return None
        if check in self.names.apis:
            return f'"{check}" is an API; write api: {check}'
        advice = did_you_mean(check, self.names.checks) or "; a check's id is api/check, such as orders/list"
        return f'there is no check "{check[:130]}" in this file{advice}'

    def _schedule(self, fields: MaintenanceFields, path: Path) -> Schedule:
        if fields.daily:
            return (Recurring(zone=self._zone(fields.daily.timezone), times=fields.daily.times),)
        if weekly := fields.weekly:
            return (Recurring(zone=self._zone(weekly.timezone), times=weekly.times or (), weekdays=weekly.days),)
        if monthly := fields.monthly:
            return (
                Recurring(zone=self._zone(monthly.timezone), times=monthly.times or (), days_of_month=monthly.days),
            )
        if fields.intervals:
            return tuple(map(_interval, fields.intervals))
        start, end = self._moment(fields.from_, (*path, "from")), self._moment(fields.to, (*path, "to"))
        if start is not None and end is not None and end <= start:
            self.blame((*path, "to"), f"must be later than from, which is {fields.from_}; it is {fields.to}")
        return Once(start=start or 0, end=end)

    def _zone(self, written: str | None) -> str:
        return written or self.timezone

    def _moment(self, text: str | None, path: Path) -> Micros | None:
        try:
            return parse_moment(text or "", zone=ZoneInfo(self.timezone))
        except ValueError as error:
            self.blame(path, str(error))
            return None


def _interval(fields: IntervalFields) -> Recurring:
    return Recurring(
        zone=fields.location,
        times=tuple(parse_times(each.text) for each in fields.times or ()),
        weekdays=fields.weekdays or frozenset(),
        days_of_month=fields.days_of_month or (),
        months=fields.months or frozenset(),
        years=fields.years or (),
    )
