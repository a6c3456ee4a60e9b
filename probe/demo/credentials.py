"""What opens the protected parts of the sample API; made at start, worth nothing after it."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, field
from typing import Final

from aiohttp import hdrs, web

USERNAME: Final = "shop"
KEY_HEADER: Final = "X-Api-Key"
KEY_PARAMETER: Final = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """One secret for each way of signing in."""

    token: str = field(default_factory=secrets.token_urlsafe, repr=False)
    password: str = field(default_factory=secrets.token_urlsafe, repr=False)
    key: str = field(default_factory=secrets.token_urlsafe, repr=False)

    def require_bearer(self, request: web.Request) -> None:
        """Raises `HTTPUnauthorized` (401) unless the bearer token is right."""
        _require(request.headers.get(hdrs.AUTHORIZATION), f"Bearer {self.token}", "Bearer")

    def require_basic(self, request: web.Request) -> None:
        """Raises `HTTPUnauthorized` (401) unless the user is `USERNAME` with the right password."""
        pair = base64.b64encode(f"{USERNAME}:{self.password}".encode()).decode()
        _require(request.headers.get(hdrs.AUTHORIZATION), f"Basic {pair}", "Basic")

    def require_key(self, request: web.Request) -> None:
        """Raises `HTTPUnauthorized` (401) unless the key is in the header or in the query."""
        given = request.headers.get(KEY_HEADER) or request.query.get(KEY_PARAMETER)
        _require(given, self.key, "ApiKey")


def _require(given: str | None, wanted: str, scheme: str) -> None:
    if given is None or not secrets.compare_digest(given.encode(), wanted.encode()):
        raise web.HTTPUnauthorized(
            text='{"status": "error", "error": "sign in first"}',
            content_type="application/json",
            headers={hdrs.WWW_AUTHENTICATE: f'{scheme} realm="shop"'},
        )
