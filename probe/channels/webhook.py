"""Webhooks: a message as JSON, posted to a URL, and signed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

import structlog

from probe.channels.answers import settled
from probe.channels.channel import Kind, Remark, Surroundings
from probe.channels.formats.form import Form, Home
from probe.channels.formats.registry import FORMS
from probe.channels.options import duration, headers, sensitive, text
from probe.channels.sample import sample_message
from probe.channels.signing import keys_of, sign
from probe.channels.templates import TemplateUnusable, templated
from probe.model.channel import ChannelSettings, Option, OptionKind
from probe.model.check import Connection, Request, TlsPolicy
from probe.model.notification import Message
from probe.model.sensitive import MASK, Redactor, Sensitive
from probe.model.units import SECOND

_MOST_ANSWER: Final = 4096
"""Bytes that are read of an answer."""

_SIGNED: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_OURS: Final = frozenset({*_SIGNED, "content-length", "transfer-encoding"})

_log = structlog.get_logger("probe.channels")

_OPTIONS: Final = (
    Option(name="url", kind=OptionKind.URL, description="Where messages are posted to.", is_required=True),
    Option(
        name="secret",
        kind=OptionKind.SECRET,
        description="Signs each message; two, with a space between them, while one replaces the other.",
    ),
    Option(
        name="format",
        kind=OptionKind.CHOICE,
        description="What the body looks like.",
        default=next(iter(FORMS)),
        choices=tuple(FORMS),
    ),
    Option(
        name="template",
        kind=OptionKind.FILE,
        description="A Jinja2 template that writes the body instead, as JSON.",
    ),
    Option(name="headers", kind=OptionKind.HEADERS, description="Sent with each message, such as for authentication."),
    Option(name="timeout", kind=OptionKind.DURATION, description="For one try, in all.", default=10 * SECOND),
    Option(name="ca_file", kind=OptionKind.PATH, description="Authorities to trust beside the system's own, PEM."),
    Option(name="proxy", kind=OptionKind.URL, description="An HTTP proxy; those of the environment are never used."),
)


class Webhook:
    """Posts messages to one URL."""

    def __init__(self, settings: ChannelSettings, surroundings: Surroundings) -> None:
        secret = sensitive(settings, "secret")
        self._surroundings = surroundings
        self._home = Home(surroundings.report_url, surroundings.location)
        self._form = _built_in(settings)
        self._own_form = _own_form(settings)
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
        return settled(sample, self._redactor, now=self._surroundings.now()) + remark

    async def aclose(self) -> None:
        """Nothing is kept open between messages."""

    def _body(self, message: Message) -> tuple[str, str]:
        """The body, and what is to be said of it: people must be told, even where a template can't."""
        if self._own_form:
            try:
                return self._own_form.body(message, self._home), ""
            except TemplateUnusable as error:
                _log.warning(
                    "a template can't be used; sent in the built-in form", channel=message.channel, why=str(error)
                )
                return self._form.body(message, self._home), f" (sent in the built-in form: the template {error})"
        return self._form.body(message, self._home), ""

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
        return zip(_SIGNED, map(Sensitive.plain, told), strict=False)


def _examine(settings: ChannelSettings) -> Iterable[Remark]:
    if secret := sensitive(settings, "secret"):
        try:
            if not keys_of(secret.reveal()):
                yield Remark("secret", "is empty; leave it out, or give one")
        except ValueError as error:
            yield Remark("secret", str(error))
    for name, _ in headers(settings, "headers"):
        if name.lower() in _OURS:
            yield Remark("headers", f"{name} is set by probe itself; leave it out")
    try:
        if own_form := _own_form(settings):
            own_form.body(sample_message(settings.name, id_="msg_test", thread="test", now=0), Home())
    except TemplateUnusable as error:
        yield Remark("template", f"can't be used: {error}")


def _built_in(settings: ChannelSettings) -> Form:
    return FORMS[text(settings, "format") or next(iter(FORMS))]


def _own_form(settings: ChannelSettings) -> Form | None:
    """By the user's template; raises `TemplateUnusable`, which `_examine` has told."""
    template = text(settings, "template")
    return templated(_built_in(settings), template) if template is not None else None


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
    """What a receiver may reflect, and nobody may read: a webhook's URL is a key to it, also where it was written out."""
    url = _url(settings).reveal()
    parts = urlsplit(url)
    yield from (url, parts.query, unquote(parts.password or ""), parts.path if parts.path != "/" else "")
    yield from (secret.reveal().split() if (secret := sensitive(settings, "secret")) else ())
    yield from (value.reveal() for _, value in headers(settings, "headers") if value.is_secret)


KIND: Final = Kind(
    name="webhook",
    description="Posts each message as JSON to a URL, signed.",
    options=_OPTIONS,
    open=Webhook,
    examine=_examine,
)
