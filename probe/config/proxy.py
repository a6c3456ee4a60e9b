"""The URL of a proxy: its credentials filled in, encoded, and kept out of sight."""

from __future__ import annotations

import base64
import re
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from probe.config.document import Path
from probe.config.filling import Filling
from probe.config.references import has_reference
from probe.config.urls import why_not_an_address
from probe.model.sensitive import Sensitive

NONE: Final = "none"
_WITH_CREDENTIALS: Final = re.compile(
    r"(?P<scheme>\w+://)(?P<user>(?:\$\{[^}]*\}|[^:@/])*):(?P<password>(?:\$\{[^}]*\}|[^@/])*)@(?P<rest>.*)", re.DOTALL
)


def read_proxy(filling: Filling, written: str, path: Path) -> Sensitive | None:
    """The URL of an HTTP proxy, `None` where it is none; its password joins the secrets.

    A user and a password that are references may hold any characters, and are encoded here.
    """
    found = _WITH_CREDENTIALS.fullmatch(written)
    proxy = _with_credentials(filling, found, path) if found else filling.text(written, path)
    if has_reference(proxy.reveal()) and not filling.references.are_needed:
        return proxy
    if reason := _why_not_a_proxy(proxy.reveal()):
        filling.blame(path, reason)
        return None
    parts = urlsplit(proxy.reveal())
    if parts.password and not found:
        filling.secret(written, path)
    _remember(filling.secrets, parts)
    return proxy


def _with_credentials(filling: Filling, found: re.Match[str], path: Path) -> Sensitive:
    user, rest = filling.text(found["user"], path), filling.text(found["rest"], path)
    password = filling.secret(found["password"], path) if found["password"] else Sensitive.plain("")
    pair = ":".join(quote(part.reveal(), safe="") if part.is_secret else part.reveal() for part in (user, password))
    return Sensitive(f"{found['scheme']}{pair}@{rest.reveal()}", found[0])


def _why_not_a_proxy(url: str) -> str | None:
    """What is wrong with it, without repeating it."""
    if url.lower().startswith("socks"):
        return "SOCKS proxies are not supported; use an HTTP proxy"
    if reason := why_not_an_address(url, "http://host:3128"):
        return reason
    parts = urlsplit(url)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return "a proxy has neither path nor query; it must look like http://host:3128"
    return None


def _remember(secrets: set[str], parts: SplitResult) -> None:
    """The password, and the pair as it is sent (RFC 7617)."""
    if parts.username is not None:
        user, password = unquote(parts.username), unquote(parts.password or "")
        secrets.update((password, base64.b64encode(f"{user}:{password}".encode()).decode()))
