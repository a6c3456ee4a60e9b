"""What has changed in the maintenance windows of a file, told from the log of earlier changes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from probe.model.maintenance import MaintenanceAction, MaintenanceChange, MaintenanceWindow
from probe.model.units import Micros


def remaining(changes: Iterable[MaintenanceChange]) -> Counter[MaintenanceWindow]:
    """The windows that were there after all these changes of one file."""
    there: Counter[MaintenanceWindow] = Counter()
    for change in changes:
        if change.before:
            there[change.before] -= 1
        there[change.window] += -1 if change.action is MaintenanceAction.REMOVED else 1
    return +there


def changes_of_file(
    before: Counter[MaintenanceWindow], after: Counter[MaintenanceWindow], *, at: Micros, author: str, location: str
) -> tuple[MaintenanceChange, ...]:
    """By name: what is there no more and what is new under one name was changed."""
    gone, new = _by_name((before - after).elements()), _by_name((after - before).elements())
    return tuple(
        MaintenanceChange(
            at=at,
            author=author,
            action=_action(old, now),
            window=now or old,
            affects=_earliest([each.begins for each in (old, now) if each]),
            before=old if now else None,
            location=location,
        )
        for name in sorted({*gone, *new})
        for old, now in zip_longest(gone[name], new[name])
    )


def _action(old: MaintenanceWindow | None, now: MaintenanceWindow | None) -> MaintenanceAction:
    if old is None:
        return MaintenanceAction.ADDED
    return MaintenanceAction.REMOVED if now is None else MaintenanceAction.CHANGED


def _earliest(moments: Sequence[Micros | None]) -> Micros | None:
    """`None` is before all others."""
    known = [moment for moment in moments if moment is not None]
    return min(known) if len(known) == len(moments) else None


def _by_name(windows: Iterator[MaintenanceWindow]) -> defaultdict[str, list[MaintenanceWindow]]:
    named: defaultdict[str, list[MaintenanceWindow]] = defaultdict(list)
    for window in windows:
        named[window.name].append(window)
    return named
