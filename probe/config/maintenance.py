"""Maintenance windows: whose they are, and when, from what the file says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.recurring import recurring
from probe.config.scopes import Names, read_scope
from probe.config.windows import MaintenanceFields
from probe.model.maintenance import MaintenanceWindow, Once, Schedule
from probe.model.units import Micros
from probe.slo.periods import parse_moment


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
        scope = read_scope(fields.on, (*path, "on"), self.names, self.blame)
        return MaintenanceWindow(name=fields.name, scope=scope, schedule=self._schedule(fields, path))

    def _schedule(self, fields: MaintenanceFields, path: Path) -> Schedule:
        if rules := recurring(fields, self.timezone):
            return rules
        start, end = self._moment(fields.from_, (*path, "from")), self._moment(fields.to, (*path, "to"))
        if start is not None and end is not None and end <= start:
            self.blame((*path, "to"), f"must be later than from, which is {fields.from_}; it is {fields.to}")
        return Once(start=start or 0, end=end)

    def _moment(self, text: str | None, path: Path) -> Micros | None:
        try:
            return parse_moment(text or "", zone=ZoneInfo(self.timezone))
        except ValueError as error:
            self.blame(path, str(error))
            return None
