"""A mail's head and its two parts (RFC 5322, 2046; automatic mails by RFC 3834, lists by RFC 2919)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.headerregistry import Address, HeaderRegistry, MessageIDHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import TYPE_CHECKING, Final

from probe.channels.email.wording import NAME, line
from probe.model.notification import Message
from probe.model.units import to_datetime

if TYPE_CHECKING:  # loading a file looks at addresses, and needs no Jinja2
    from probe.channels.email.rendering import Rendered

_LONGEST_SUBJECT: Final = 250
_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9._-]")

_HEADERS: Final = HeaderRegistry()
# Otherwise a long one is encoded as if it were words, and threads nothing.
_HEADERS.map_to_type("in-reply-to", MessageIDHeader)  # type: ignore[arg-type]  # a mix-in, as the registry wants it
_HEADERS.map_to_type("references", MessageIDHeader)  # type: ignore[arg-type]
_POLICY: Final = SMTP.clone(header_factory=_HEADERS, cte_type="7bit")


def address_of(written: str) -> Address:
    """`ops@example.com`, or `Operations <ops@example.com>`.

    Raises:
        ValueError: it is no address that every server takes.
    """
    name, address = parseaddr(written)
    _, at, domain = address.rpartition("@")
    if not at or not domain:
        raise ValueError("is no mail address; write one such as ops@example.com")
    if not (address.isascii() and address.isprintable()) or " " in address:
        raise ValueError("has characters that not every mail server takes; write it in ASCII")
    try:
        return Address(display_name=line(name, NAME).replace("=?", "= ?"), addr_spec=address)
    except Exception:  # noqa: BLE001  # its parser raises what it likes
        raise ValueError("is no mail address; write one such as ops@example.com") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """From whom and to whom a channel's mails go."""

    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None

    @property
    def recipients(self) -> tuple[str, ...]:
        """Each once."""
        return tuple(dict.fromkeys(each.addr_spec for each in (*self.to, *self.cc)))


def letter(message: Message, rendered: Rendered, addresses: Addresses) -> bytes:
    """The mail as it goes over the wire. Messages of one thread answer one root that no mail has, so each may be lost."""
    domain = addresses.sender.domain
    root = f"<{_id(message.thread)}@{domain}>"
    made = EmailMessage(policy=_POLICY)
    made["From"] = addresses.sender
    made["To"] = addresses.to
    _set(made, "Cc", addresses.cc)
    _set(made, "Reply-To", [addresses.reply_to] if addresses.reply_to else ())
    made["Subject"] = _header(rendered.subject)
    made["Date"] = format_datetime(to_datetime(message.at))
    made["Message-ID"] = f"<{_id(message.id)}@{domain}>"
    made["In-Reply-To"] = root
    made["References"] = root
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    made["List-Id"] = f"<{_id(message.channel)}.alerts.{domain}>"
    made.set_content(_encodable(rendered.text))
    made.add_alternative(_encodable(rendered.html), subtype="html")
    return made.as_bytes()


def _set(made: EmailMessage, name: str, addresses: Iterable[Address]) -> None:
    if found := tuple(addresses):
        made[name] = found


def _header(text: str) -> str:
    """One line; and no encoded words (RFC 2047) but our own, for `EmailMessage` reads them, line breaks and all."""
    return line(text, _LONGEST_SUBJECT).replace("=?", "= ?")


def _id(text: str) -> str:
    return _NOT_IN_IDS.sub("-", text[:NAME]) or "-"


def _encodable(text: str) -> str:
    """A user's template may write half of a pair."""
    return text.encode("utf-8", "replace").decode()
