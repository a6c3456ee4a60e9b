"""Receivers of mails."""

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
from tests.fakes.servers import Authority, serving

_ANSWERS = {
    Behaviour.TAKES: b"250 taken",
    Behaviour.REFUSES_FOR_NOW: b"451 later",
    Behaviour.REFUSES_FOR_GOOD: b"554 never",
}
_ID = re.compile(rb"^Message-ID: <([^@]+)@", re.MULTILINE | re.IGNORECASE)
_SIMPLE = {
    b"EHLO": b"250-mx\r\n250 AUTH PLAIN\r\n",
    b"AUTH": b"235 welcome\r\n",
    b"MAIL": b"250 fine\r\n",
    b"RCPT": b"250 fine\r\n",
    b"DATA": b"354 go on\r\n",
}


def email(smtp: str, *, timeout: Micros = LONG, **options: OptionValue) -> ChannelSettings:
    """A channel that hands mails in there, its defaults filled in."""
    defaults = {option.name: option.default for option in KINDS["email"].options if option.default is not None}
    given: dict[str, OptionValue] = {
        **defaults,
        "to": ("ops@example.com",),
        "from": "probe@example.com",
        "smtp": Sensitive(smtp, "${env:SMTP}"),
        "timeout": timeout,
        **options,
    }
    return ChannelSettings(name="ops", type="email", options=tuple(given.items()))


class EmailStand:
    """Mails over implicit TLS, with the secret as password."""

    name = "email"

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
            commands, content = await _listen(reader, writer)
            found = _ID.search(content)
            receiver.heard.append(found[1].decode() if found else "")
            receiver.texts.append(commands + content)
            await _answer(behaviour, commands + content, writer)
            if behaviour is Behaviour.TAKES:
                await reader.readline()
                writer.write(b"221 bye\r\n")

        async with serving(behave, tls=context or authority.context()) as server:
            url = f"smtps://probe:{SECRET}@127.0.0.1:{server.port}"
            receiver = Receiver(email(url, timeout=within, ca_file=str(authority.ca_file)))
            yield receiver

    def leading_to(self, host: str, port: int, *, within: Micros = LONG) -> ChannelSettings:
        return email(f"smtps://probe:{SECRET}@{host}:{port}", timeout=within)


async def _listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[bytes, bytes]:
    """A whole conversation up to the end of the mail: the commands, and the mail."""
    writer.write(b"220 mx\r\n")
    commands = b""
    while not commands.endswith(b"DATA\r\n"):
        said = await reader.readline()
        if not said:
            raise ConnectionResetError
        commands += said
        writer.write(_SIMPLE[said[:4].upper()])
    content = b""
    while not content.endswith(b"\r\n.\r\n"):
        content += await reader.readline()
    return commands, content


async def _answer(behaviour: Behaviour, heard: bytes, writer: asyncio.StreamWriter) -> None:
    if status := _ANSWERS.get(behaviour):
        writer.write(status + b" " + b" ".join(heard[:400].split()) + b"\r\n")
    elif behaviour is Behaviour.HANGS:
        await asyncio.Event().wait()
    elif behaviour is Behaviour.DRIPS:
        await _forever(writer, b"250-", b"x", pause=0.02)
    elif behaviour is Behaviour.FLOODS:
        await _forever(writer, b"451-later\r\n", b"451-" + b"x" * 400 + b"\r\n")
    elif behaviour is Behaviour.RUBBISH:
        writer.write(b"\x00\xffHTTP/1.1 200 OK\r\n" + heard[:400])
    await writer.drain()


async def _forever(writer: asyncio.StreamWriter, first: bytes, part: bytes, *, pause: float = 0.0) -> None:
    writer.write(first)
    while not writer.is_closing():
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(pause)
