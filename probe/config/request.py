"""The request of a check: address, headers, body and authentication, with every reference filled in."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus

from probe.config.document import Path
from probe.config.expressions import parse_expectation
from probe.config.fields import no_line_breaks
from probe.config.filling import Filling
from probe.config.levels import Level
from probe.config.schema import ApiFields, CheckFields
from probe.config.sections import Auth
from probe.config.urls import join, masked, masked_value, why_not_a_url, with_query
from probe.model.check import Connection, Expectation, Request
from probe.model.sensitive import MASK, Sensitive

_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "x-auth-token"})
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
_OURS: Final = frozenset({"content-length", "transfer-encoding", "connection"})
_LIKE_A_URL: Final = re.compile(r"[^/?]")
"""What follows base_url begins with a slash or a question mark; anything else was meant for something else."""

_DEFAULT_EXPECTATION: Final = parse_expectation("status < 400")


@dataclass(slots=True)
class RequestBuilder:
    """Builds one check's request; what is wrong is blamed, and the rest is still looked at."""

    filling: Filling

    def request(
        self,
        fields: CheckFields,
        levels: Sequence[Level],
        *,
        max_redirects: int,
        max_body: int,
        connection: Connection,
    ) -> Request:
        """The request of a check; of its `levels` the nearest comes first and wins."""
        path = levels[0].path
        query = [
            (name, self.filling.text(value, (*path, "query", name)))
            for name, values in fields.query.items()
            for value in values
        ]
        headers = self._headers(levels)
        self._authenticate(levels, headers, query)
        body, content_type = self._body(fields, path)
        if content_type and "content-type" not in headers:
            headers["content-type"] = Sensitive.plain(content_type)
        return Request(
            method=fields.request_line[0],
            url=self._url(fields, levels, query),
            headers=tuple(headers.items()),
            body=body,
            max_redirects=max_redirects,
            max_body=max_body,
            connection=connection,
        )

    @staticmethod
    def expectations(fields: CheckFields) -> tuple[Expectation, ...]:
        """Those of the file; without one on the status, anything below 400 is fine."""
        if any(item.subject == "status" for item in fields.expect):
            return tuple(fields.expect)
        return (_DEFAULT_EXPECTATION, *fields.expect)

    def examine(self, level: Level) -> None:
        """Look at the address and the authentication of a level by themselves: a check may have others of its own."""
        self._root([level])
        self._authenticate([level], {}, [])

    def _headers(self, levels: Sequence[Level]) -> dict[str, Sensitive]:
        """Merged over the levels, names in lower case as HTTP/2 has them."""
        headers: dict[str, Sensitive] = {}
        for level in reversed(levels):
            for name, text in level.fields.headers.items():
                path = (*level.path, "headers", name)
                value = (
                    self.filling.secret(text, path) if name.lower() in _CREDENTIALS else self.filling.text(text, path)
                )
                self._refuse_header(name, value, path)
                headers[name.lower()] = value
                if name.lower() in _SECRET_HEADERS:
                    self.filling.secrets.add(value.reveal())
        return headers

    def _refuse_header(self, name: str, value: Sensitive, path: Path) -> None:
        if name.lower() in _OURS:
            self.filling.blame(path, "is set by probe itself; remove it")
        try:
            no_line_breaks(value.reveal())
            value.reveal().encode("ascii")
        except UnicodeEncodeError:
            self.filling.blame(path, "must be plain ASCII; encode anything else")
        except ValueError as error:
            self.filling.blame(path, str(error))

    def _authenticate(
        self,
        levels: Sequence[Level],
        headers: dict[str, Sensitive],
        query: list[tuple[str, Sensitive]],
    ) -> None:
        auth, where = next(((level.fields.auth, level.path) for level in levels if level.fields.auth), (Auth(), ()))
        path: Path = (*where, "auth")
        if auth.basic:
            user = self.filling.text(auth.basic.username, (*path, "basic", "username")).reveal()
            password = self.filling.secret(auth.basic.password, (*path, "basic", "password")).reveal()
            if ":" in user:
                self.filling.blame((*path, "basic", "username"), 'must not contain ":" (RFC 7617)')
            pair = base64.b64encode(f"{user}:{password}".encode()).decode()
            self.filling.secrets.add(pair)
            headers["authorization"] = Sensitive(f"Basic {pair}", f"Basic {MASK}")
        if auth.bearer is not None:
            token = self.filling.secret(auth.bearer, (*path, "bearer"))
            headers["authorization"] = Sensitive(f"Bearer {token.reveal()}", f"Bearer {token.shown}")
            self._refuse_header("authorization", token, (*path, "bearer"))
        if key := auth.api_key:
            value = self.filling.secret(key.value, (*path, "api_key", "value"))
            if key.header:
                headers[key.header.lower()] = value
                self._refuse_header(key.header, value, (*path, "api_key", "value"))
            elif key.query:
                query.append((key.query, value))

    def _url(self, fields: CheckFields, levels: Sequence[Level], query: list[tuple[str, Sensitive]]) -> Sensitive:
        method, target = fields.request_line
        where: Path = (*levels[0].path, "url" if fields.url else method.lower())
        path = self.filling.text(target, where)
        if _LIKE_A_URL.match(target) and not path.reveal().startswith(("http://", "https://")):
            self.filling.blame(
                where, "must be a path that begins with /, or a whole URL that begins with http:// or https://"
            )
            return path
        if not path.reveal().startswith(("http://", "https://")):
            root = self._root(levels)
            if root is None:
                self.filling.blame(where, "has no address: give the API a base_url, or write a whole URL here")
                return path
            if why_not_a_url(root.reveal()):
                return path
            path = Sensitive(join(root.reveal(), path.reveal()), join(root.shown, path.shown))
        revealed = with_query(path.reveal(), ((name, quote_plus(value.reveal())) for name, value in query))
        shown = with_query(masked(path.shown), ((name, masked_value(name, value.shown)) for name, value in query))
        if reason := why_not_a_url(revealed):
            self.filling.blame(where, reason)
        return Sensitive(revealed, shown)

    def _root(self, levels: Sequence[Level]) -> Sensitive | None:
        """The address that the API's paths are appended to."""
        for level in levels:
            if isinstance(level.fields, ApiFields) and level.fields.base_url is not None:
                path: Path = (*level.path, "base_url")
                root = self.filling.text(level.fields.base_url, path)
                if reason := why_not_a_url(root.reveal()):
                    self.filling.blame(path, reason)
                return root
        return None

    def _body(self, fields: CheckFields, path: Path) -> tuple[Sensitive | None, str | None]:
        """The body and the content type it implies."""
        if fields.has_json:
            filled = self._filled(fields.json_, (*path, "json"))
            return Sensitive(json.dumps(filled[0]), json.dumps(filled[1])), "application/json"
        if fields.form is not None:
            pairs = [
                (name, self.filling.text(value, (*path, "form", name)))
                for name, values in fields.form.items()
                for value in values
            ]
            revealed = "&".join(f"{quote_plus(name)}={quote_plus(value.reveal())}" for name, value in pairs)
            shown = "&".join(f"{quote_plus(name)}={value.shown}" for name, value in pairs)
            return Sensitive(revealed, shown), "application/x-www-form-urlencoded"
        if fields.body is not None:
            return self.filling.text(fields.body, (*path, "body")), "text/plain; charset=utf-8"
        return None, None

    def _filled(self, value: object, path: Path) -> tuple[object, object]:
        """A JSON value with its references filled in, and the same as it may be shown."""
        if isinstance(value, str):
            text = self.filling.text(value, path)
            return text.reveal(), text.shown
        if isinstance(value, list):
            items = [self._filled(item, (*path, index)) for index, item in enumerate(value)]
            return [item[0] for item in items], [item[1] for item in items]
        if isinstance(value, Mapping):
            pairs = {key: self._filled(item, (*path, key)) for key, item in value.items()}
            return {key: pair[0] for key, pair in pairs.items()}, {key: pair[1] for key, pair in pairs.items()}
        return value, value
