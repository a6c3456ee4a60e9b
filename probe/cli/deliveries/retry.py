"""`probe deliveries retry`: messages are to be sent again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import typer

from probe.cli.selection import QUOTED
from probe.config.load import load
from probe.model.errors import ConfigurationError
from probe.model.notification import DeliveryState
from probe.report.words import plural
from probe.runtime.clock import SystemClock
from probe.store import Store, open_store

AGAIN: Final = (DeliveryState.WAITING, DeliveryState.FAILED, DeliveryState.EXPIRED)
"""States of what can be sent again."""


def retry_command(config: Path, ids: Sequence[str], *, all_failed: bool) -> None:
    """Make them due now, with a whole new time to be tried in."""
    if all_failed == bool(ids):
        raise ConfigurationError("name the messages that are to be sent again, or give --all-failed")
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        if ids:
            _refuse_others(store, ids)
        count = store.outbox.retry(ids or None, SystemClock().now())
    said = plural(count, "message is", "messages are") if count else "nothing is"
    typer.echo(f"{said} to be sent again" + ("; the daemon does it at once, if it runs" if count else ""))


def _refuse_others(store: Store, ids: Sequence[str]) -> None:
    """Nothing is changed where one of them can't be sent again."""
    found = {each.message.id: each.state for each in store.outbox.find(ids)}
    for each in ids:
        if each not in found:
            raise ConfigurationError(f'there is no message "{each[:QUOTED]}"; `probe deliveries list` prints their ids')
        if found[each] not in AGAIN:
            raise ConfigurationError(f"{each} can't be sent again: it is {found[each]}")
