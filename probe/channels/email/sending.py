"""One mail over SMTP, and what the server's answers mean: 4yz is for now, 5yz for good (RFC 5321 §4.2.1)."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from probe.channels.channel import Connect, DeliveryFailed
from probe.channels.email.server import Server, Tls

_QUIT: Final = 1.0
"""Seconds that a server has to say goodbye; by then the mail is its own."""


class Refusal(NamedTuple):
    """A recipient that the server does not take mail for."""

    recipient: str
    code: int
    said: str

    @property
    def is_final(self) -> bool:
        """Whether to try again is in vain."""
        return self.code // 100 == 5

    def __str__(self) -> str:
        return f"{self.recipient}: {self.code} {self.said}"


class Envelope(NamedTuple):
    """What the server needs to know, and the mail itself."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(slots=True)
class Sending:
    """One try to hand a mail in.

    Attributes:
        step: what it is about just now, for who wants to know where it got stuck.
        answer: what the server said to the whole mail; empty until it has taken it.
        refusals: of single recipients.
    """

    server: Server
    tls: Tls
    context: ssl.SSLContext
    connect: Connect
    step: str = "connecting"
    answer: str = ""
    refusals: list[Refusal] = field(default_factory=list)

    async def send(self, envelope: Envelope) -> None:
        """Hand it in; for some of the recipients at least.

        Raises:
            DeliveryFailed: nobody gets it. What the server said is in it as it came: masking it is the caller's.
        """
        opened = await self.connect(self.server.host, self.server.port)
        client = SMTP(
            hostname=self.server.host,
            sock=opened,
            use_tls=self.server.is_implicit,
            start_tls=False,  # by ourselves, for an offer is looked at first
            tls_context=self.context,
            local_hostname=_literal(opened),
            timeout=None,  # the caller has one for all of it
        )
        try:
            await self._talk(client, envelope)
        except DeliveryFailed:
            raise
        except Exception as error:  # noqa: BLE001  # whatever goes wrong is a mail that was not taken
            raise failure(error, self.step) from None
        finally:
            client.close()
            with suppress(OSError):  # TLS would wait for the other side's farewell
                opened.shutdown(socket.SHUT_RDWR)

    async def _talk(self, client: SMTP, envelope: Envelope) -> None:
        self.step = "waiting for its greeting"
        await client.connect()
        await self._secure(client)
        await self._log_in(client)
        self.step = "handing in the mail"
        await client.mail(envelope.sender)
        await self._address(client, envelope.recipients)
        self.answer = (await client.data(envelope.content)).message or "taken"
        with suppress(SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(_QUIT):
                await client.quit()

    async def _secure(self, client: SMTP) -> None:
        if self.server.is_implicit or self.tls is Tls.NEVER:
            return
        self.step = "asking what it offers"
        await _greet(client)
        if client.supports_extension("starttls"):
            self.step = "in STARTTLS"
            await client.starttls()
        elif self.tls is Tls.REQUIRED:
            raise DeliveryFailed("the server does not offer STARTTLS, and tls is required: nothing was sent")

    async def _log_in(self, client: SMTP) -> None:
        if not self.server.user:
            return
        self.step = "logging in"
        if client.get_transport_info("sslcontext") is None:
            raise DeliveryFailed("the line is not encrypted, so nobody logs in on it: nothing was sent")
        await client.login(self.server.user, self.server.password)

    async def _address(self, client: SMTP, recipients: tuple[str, ...]) -> None:
        for recipient in recipients:
            try:
                await client.rcpt(recipient)
            except SMTPRecipientRefused as error:
                self.refusals.append(Refusal(recipient, error.code, error.message))
        if len(self.refusals) == len(recipients):
            raise DeliveryFailed(
                "; ".join(map(str, self.refusals)), is_final=all(refusal.is_final for refusal in self.refusals)
            )


async def _greet(client: SMTP) -> None:
    try:
        await client.ehlo()
    except SMTPResponseException:
        await client.helo()  # a server of before 1995: it has no extensions


def failure(error: Exception, step: str) -> DeliveryFailed:
    """What went wrong, for a person."""
    if refused := next((each for each in _chain(error) if isinstance(each, ssl.SSLCertVerificationError)), None):
        return DeliveryFailed(f"the server's certificate is refused: {refused.verify_message}")
    if isinstance(error, SMTPResponseException):
        if not 200 <= error.code < 600:
            return DeliveryFailed(f"{step}: the server answers what is no SMTP")
        return DeliveryFailed(f"{step}: {error.code} {error.message}", is_final=error.code >= 500)
    if isinstance(error, ValueError):
        return DeliveryFailed(f"{step}: an address or a name can't be sent by SMTP", is_final=True)
    if isinstance(error, SMTPServerDisconnected | ConnectionError | EOFError):
        return DeliveryFailed(f"{step}: the server closed the connection")
    if isinstance(error, SMTPException | OSError):
        return DeliveryFailed(
            f"{step}: {error.message if isinstance(error, SMTPException) else error.strerror or error}"
        )
    return DeliveryFailed(f"{step}: {type(error).__name__}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _literal(opened: socket.socket) -> str:
    """Our address as EHLO wants it (RFC 5321 §4.1.3): true on every machine, whatever it is called."""
    address = str(opened.getsockname()[0])
    return f"[IPv6:{address.partition('%')[0]}]" if ":" in address else f"[{address}]"
