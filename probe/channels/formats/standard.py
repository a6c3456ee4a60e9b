"""The payload of Standard Webhooks."""

from __future__ import annotations

from typing import Final

from probe.channels.formats.facts import facts_of, kind_of
from probe.channels.formats.form import Form, Home
from probe.model.ndjson import Json
from probe.model.notification import Message
from probe.model.units import to_iso


def _write(message: Message, _: Home) -> Json:
    return {"type": kind_of(message), "timestamp": to_iso(message.at), "data": facts_of(message)}


STANDARD: Final = Form(
    name="standard",
    description="Standard Webhooks: `type`, `timestamp` and `data`",
    media_type="application/json",
    limit=20_000,  # "should be kept under 20kb" (Standard Webhooks, payload size)
    write=_write,
)
