"""Webhooks: a message as JSON, posted to a URL, and signed."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from probe.channels.answers import settled
from probe.channels.channel import Kind, Surroundings, answer
from probe.channels.formats.form import Form, Home
from probe.channels.options import duration, headers, sensitive, text
from probe.channels.signing import keys_of, sign
from probe.channels.templates import TemplateUnusable
from probe.channels.webhook_options import OPTIONS, SIGNED, built_in, examine, own_form
from probe.model.channel import ChannelSettings
from probe.model.check import Connection, Request, TlsPolicy
from probe.model.notification import Message
from probe.model.sensitive import MASK, Redactor, Sensitive
from probe.model.units import SECOND

_MOST_ANSWER: Final = 4096
"""Bytes that are read of an answer."""

_BETWEEN_PARTS: Final = re.compile(r"[/?&=;,: ]+")
_SHORTEST_KEY: Final = 8
"""Characters: who made a shorter one has made no secret of it."""


class Webhook:
    """Posts messages to one URL."""

    def __init__(self, settings: ChannelSettings, surroundings: Surroundings) -> None:
        secret = sensitive(settings, "secret")
        self._surroundings = surroundings
        self._home = Home(surroundings.report_url, surroundings.location)
        self._form = built_in(settings)
        self._own_form = own_form(settings)
        self._url = _url(settings)
        self._headers = _headers(settings, self._form)
        self._keys = keys_of(secret.reveal()) if secret else ()
        self._timeout = duration(settings, "timeout")
        self._connection = _connection(settings)
        self._redactor = Redactor.of(_secrets(settings))

    async def deliver(self, message: Message) -> str:
        """Post it; any 2xx is a yes."""
        body, remark = self._body(message)
        sample = await self._surroundings.post(self._request(message, body), self._timeout)
        return answer(remark + settled(sample, self._redactor, now=self._surroundings.now()), self._redactor)

    async def aclose(self) -> None:
        """Nothing is kept open between messages."""

    def _body(self, message: Message) -> tuple[str, str]:
        """The body, and what is to be said of it: people must be told, even where a template can't."""
        remark = ""
        if self._own_form:
            try:
                return self._own_form.body(message, self._home), ""
            except TemplateUnusable as error:
                remark = f"sent in the built-in form, for the template can't be used ({error}): "
        return self._form.body(message, self._home), remark

    def _request(self, message: Message, body: str) -> Request:
        return Request(
            method="POST",
            url=self._url,
            headers=(*self._headers, *self._signed(message, body)),
            body=Sensitive.plain(body),
            max_body=_MOST_ANSWER,
            connection=self._connection,
        )

    def _signed(self, message: Message, body: str) -> Iterator[tuple[str, Sensitive]]:
        at = self._surroundings.now() // SECOND
        told = [message.id, str(at)]
        if self._keys:
            told.append(sign(self._keys, message.id, at, body.encode()))
        return zip(SIGNED, map(Sensitive.plain, told), strict=False)


def _url(settings: ChannelSettings) -> Sensitive:
    url = sensitive(settings, "url")
    if url is None:
        raise TypeError("a webhook has a url")
    return url


def _headers(settings: ChannelSettings, form: Form) -> tuple[tuple[str, Sensitive], ...]:
    """The user's own go before ours: of the body's type, and of credentials in the URL."""
    given = headers(settings, "headers")
    ours = {"content-type": Sensitive.plain(form.media_type)}
    parts = urlsplit(_url(settings).reveal())
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        ours["authorization"] = Sensitive(f"Basic {b64encode(pair.encode()).decode('ascii')}", MASK)
    names = {name.lower() for name, _ in given}
    return (*((name, value) for name, value in ours.items() if name not in names), *given)


def _connection(settings: ChannelSettings) -> Connection:
    return Connection(tls=TlsPolicy(ca_file=text(settings, "ca_file")), proxy=sensitive(settings, "proxy"))


def _secrets(settings: ChannelSettings) -> Iterator[str]:
    """What a receiver may reflect, whole or in parts, and nobody may read.

    A webhook's URL is a key to it, also where it was written out; which part of it is the key only the receiver knows.
    """
    url = _url(settings).reveal()
    parts = urlsplit(url)
    proxy = sensitive(settings, "proxy")
    yield from (url, unquote(parts.password or ""), unquote(urlsplit(proxy.reveal()).password or "") if proxy else "")
    yield from _parts(f"{parts.path}?{parts.query}")
    yield from (secret.reveal().split() if (secret := sensitive(settings, "secret")) else ())
    for _, value in headers(settings, "headers"):
        if value.is_secret:
            yield value.reveal()
            yield from _parts(value.reveal())


def _parts(text: str) -> Iterator[str]:
    """Those that are long enough to be a key of their own."""
    return (part for part in _BETWEEN_PARTS.split(text) if len(part) >= _SHORTEST_KEY)


KIND: Final = Kind(
    name="webhook",
    description="Posts each message as JSON to a URL, signed.",
    options=OPTIONS,
    open=Webhook,
    examine=examine,
)
