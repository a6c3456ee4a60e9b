"""A real SMTP server, aiosmtpd, in the test's own loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "probe", "p@ss-canary"


@dataclass(slots=True)
class Mailbox:
    """What the server took, and what it says instead where it shall not.

    Attributes:
        answers: to whole mails, the first first; `250 taken` when they are used up.
        refused: recipients with what is said to them.
        encrypted: whether each came after STARTTLS.
        logins: who logged in.
        port: where it listens.
    """

    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[Sequence[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: object
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer == "hang up":
            _abort(server)
            return "451 nobody hears it"
        if answer == "hang":
            await asyncio.Event().wait()
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = BytesParser(policy=default).parsebytes(content)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.raw.append(content)
            self.recipients.append(tuple(envelope.rcpt_tos))
            self.encrypted.append(session.ssl is not None)
        return answer

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if is_right:
            self.logins.append(data.login.decode())
        return AuthResult(success=is_right, handled=False)


@asynccontextmanager
async def smtp_server(
    box: Mailbox,
    *,
    implicit: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    auth: bool = False,
) -> AsyncIterator[Mailbox]:
    """A server on a free port of loopback, gone at the end."""
    sessions: list[SMTP] = []

    def make() -> SMTP:
        made = SMTP(
            box,
            hostname="mx.example.com",
            tls_context=starttls,
            authenticator=box.authenticate if auth else None,
            auth_require_tls=starttls is not None,
            loop=asyncio.get_running_loop(),
        )
        sessions.append(made)
        return made

    factory: Callable[[], SMTP] = make
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0, ssl=implicit)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for session in sessions:
            _abort(session)
            if session._handler_coroutine is not None:
                session._handler_coroutine.cancel()
        await server.wait_closed()


def _abort(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.WriteTransport):
        session.transport.abort()
