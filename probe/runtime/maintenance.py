"""Maintenance windows, wherever they were declared."""

from __future__ import annotations

import structlog

from probe.model.maintenance import LONGEST_NAME, MaintenanceWindow
from probe.model.settings import Settings
from probe.model.units import Micros
from probe.slo.window_words import schedule_words, scope_words
from probe.store import Store

_log = structlog.get_logger("probe.maintenance")


def all_windows(settings: Settings, store: Store) -> tuple[MaintenanceWindow, ...]:
    """Those of the file, and those that were declared by command; what was withdrawn is among them, and never counts.

    Raises:
        StoreError: the store can't be read.
    """
    return (*settings.maintenance, *store.maintenance.windows())


def note_windows(settings: Settings, store: Store, now: Micros) -> None:
    """Has the store log how the file's windows differ from those that this location's file had before.

    Raises:
        StoreError: the store doesn't take it.
    """
    author = settings.source[-LONGEST_NAME:]
    for change in store.maintenance.note_file(settings.maintenance, location=settings.location, author=author, now=now):
        _log.info(
            f"maintenance window {change.action} in the file",
            name=change.window.name,
            of=scope_words(change.window.scope),
            when=schedule_words(change.window),
        )
