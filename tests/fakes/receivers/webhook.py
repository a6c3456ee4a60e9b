"""Receivers of webhooks."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from probe.channels.registry import KINDS
from probe.model.channel import ChannelSettings, OptionValue
from probe.model.sensitive import Sensitive
from probe.model.units import Micros
from tests.fakes.receivers.stand import LONG, SECRET, Behaviour, Receiver
from tests.fakes.servers import Authority, read_request, serving

_STATUS = {
    Behaviour.TAKES: b"202 Accepted",
    Behaviour.REFUSES_FOR_NOW: b"503 Later",
    Behaviour.REFUSES_FOR_GOOD: b"400 Never",
}
_ID = re.compile(rb"^webhook-id: (\S+)\r$", re.MULTILINE | re.IGNORECASE)
KEY = "whsec_czNjcjN0LWNhbmFyeS1vZi10aGlzLWNoYW5uZWw="
"""The secret, as one of Standard Webhooks."""


def webhook(url: str = "https://hooks.example.com/", /, **options: OptionValue) -> ChannelSettings:
    """A channel that posts to a URL, its defaults filled in."""
    defaults = {option.name: option.default for option in KINDS["webhook"].options if option.default is not None}
    hidden = Sensitive(url, "${env:HOOK}")
    given: dict[str, OptionValue] = {**defaults, "url": hidden, "timeout": LONG, **options}
    return ChannelSettings(name="ops", type="webhook", options=tuple(given.items()))


class WebhookStand:
    """Webhooks, signed, with the secret in the URL, in a header and as the key."""

    name = "webhook"

    @asynccontextmanager
    async def receiving(
        self,
        behaviour: Behaviour,
        authority: Authority,
        *,
        within: Micros = LONG,
        context: ssl.SSLContext | None = None,
    ) -> AsyncIterator[Receiver]:
        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head, body = await read_request(reader)
            found = _ID.search(head)
            receiver.heard.append(found[1].decode() if found else "")
            receiver.texts.append(head + body)
            await _answer(behaviour, head + body, writer)

        async with serving(behave, tls=context or authority.context()) as server:
            receiver = Receiver(self._settings(server.url(f"/hooks/{SECRET}"), within, str(authority.ca_file)))
            yield receiver

    def leading_to(self, host: str, port: int, *, within: Micros = LONG) -> ChannelSettings:
        return self._settings(f"https://{host}:{port}/hooks/{SECRET}", within, None)

    def _settings(self, url: str, timeout: Micros, ca_file: str | None) -> ChannelSettings:
        trust: dict[str, OptionValue] = {"ca_file": ca_file} if ca_file else {}
        header = ("x-api-key", Sensitive(SECRET, "${env:KEY}"))
        return webhook(url, timeout=timeout, secret=Sensitive(KEY, "${env:SECRET}"), headers=(header,), **trust)


async def _answer(behaviour: Behaviour, heard: bytes, writer: asyncio.StreamWriter) -> None:
    if status := _STATUS.get(behaviour):
        said = heard[:2_000]
        writer.write(b"HTTP/1.1 %b\r\ncontent-length: %d\r\n\r\n%b" % (status, len(said), said))
    elif behaviour is Behaviour.HANGS:
        await asyncio.Event().wait()
    elif behaviour is Behaviour.DRIPS:
        await _forever(writer, b"H", b"T", pause=0.02)
    elif behaviour is Behaviour.FLOODS:
        await _forever(writer, b"HTTP/1.1 503 Later\r\nx-flood: ", b"x" * 10_000)
    elif behaviour is Behaviour.RUBBISH:
        writer.write(b"\x00\xff220 hello\r\n" + heard)
    await writer.drain()


async def _forever(writer: asyncio.StreamWriter, first: bytes, part: bytes, *, pause: float = 0.0) -> None:
    writer.write(first)
    while not writer.is_closing():
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)
