"""Where mail is handed in: the URL of an SMTP server, and how far its line is trusted."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import unquote, urlsplit

_PORTS: Final = {"smtp": 587, "smtps": 465}


class Tls(StrEnum):
    """Whether the line is encrypted; where it is, the certificate is verified. `smtps` always is."""

    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"  # where the server offers it
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An SMTP server.

    Attributes:
        is_implicit: whether TLS begins with the connection (`smtps`), and not with STARTTLS.
        user, password: empty where there is no login.
    """

    host: str
    port: int
    is_implicit: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str) -> Server:
        """Raises `ValueError`; its message says what such a URL looks like, and nothing of what was found."""
        form = "must look like smtp://user:password@host:587 or smtps://host:465"
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise ValueError(form) from None
        if parts.scheme not in _PORTS or not host or parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError(form)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(user) != bool(password):
            raise ValueError("has a user without a password, or the other way round; a login needs both")
        return cls(
            host=host,
            port=port or _PORTS[parts.scheme],
            is_implicit=parts.scheme == "smtps",
            user=user,
            password=password,
        )


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """One that verifies, from TLS 1.2 on; trusts the system's authorities, and those of the file besides.

    Raises:
        OSError: the file can't be read, or holds no certificate.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        made.load_verify_locations(cafile=ca_file)
    return made
