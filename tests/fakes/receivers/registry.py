"""What there is to hold each kind of channel to its contract; a new kind is a line here."""

from __future__ import annotations

from tests.fakes.receivers.email import EmailStand
from tests.fakes.receivers.stand import Stand
from tests.fakes.receivers.webhook import WebhookStand

STANDS: tuple[Stand, ...] = (EmailStand(), WebhookStand())
