"""CloudEvents 1.0, in structured mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md"""

from __future__ import annotations

from typing import Final

from probe.channels.formats.facts import facts_of, kind_of
from probe.channels.formats.form import Form, Home
from probe.model.ndjson import Json
from probe.model.notification import Message
from probe.model.units import to_iso


def _write(message: Message, home: Home) -> Json:
    return {
        "specversion": "1.0",
        "id": message.id,
        "source": home.report_url or f"urn:probe:{home.location}",
        "type": kind_of(message),
        "subject": message.thread,
        "time": to_iso(message.at),
        "datacontenttype": "application/json",
        "data": facts_of(message),
    }


CLOUDEVENTS: Final = Form(
    name="cloudevents",
    description="CloudEvents 1.0, structured; its `data` is that of `standard`",
    media_type="application/cloudevents+json; charset=utf-8",
    limit=64_000,  # what everybody on the way must forward (§ Size Limits)
    write=_write,
)
