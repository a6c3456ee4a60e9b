"""Webhooks: a message as JSON, posted to a URL, and signed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, cast
from urllib.parse import urlsplit

from probe.channels.answers import settled
from probe.channels.channel import Channel, Kind, Remark, Surroundings
from probe.channels.formats.registry import FORMS
from probe.channels.signing import keys_of, sign
from probe.model.channel import ChannelSettings, Option, OptionKind
from probe.model.check import Connection, Request, TlsPolicy
from probe.model.notification import Message
from probe.model.sensitive import Redactor, Sensitive
from probe.model.units import SECOND, Micros

_MOST_ANSWER: Final = 4096
"""Bytes that are read of an answer."""

_SIGNED: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
_OURS: Final = frozenset({*_SIGNED, "content-length", "transfer-encoding"})

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
    Option(name="headers", kind=OptionKind.HEADERS, description="Sent with each message, such as for authentication."),
    Option(name="timeout", kind=OptionKind.DURATION, description="For one try, in all.", default=10 * SECOND),
    Option(name="ca_file", kind=OptionKind.PATH, description="Authorities to trust beside the system's own, PEM."),
    Option(name="proxy", kind=OptionKind.URL, description="An HTTP proxy; those of the environment are never used."),
)


class Webhook:
    """Posts messages to one URL."""

    def __init__(self, settings: ChannelSettings, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._form = FORMS[cast("str", settings.option("format"))]
        self._url = cast("Sensitive", settings.option("url"))
        self._headers = _headers(settings)
        self._keys = keys_of(secret.reveal()) if (secret := _secret(settings)) else ()
        self._timeout = cast("Micros", settings.option("timeout"))
        self._connection = _connection(settings)
        self._redactor = Redactor.of(_secrets(settings))

    async def deliver(self, message: Message) -> str:
        """Post it; any 2xx is a yes."""
        request = self._request(message)
        sample = await self._surroundings.post(request, self._timeout)
        return settled(sample, self._redactor, now=self._surroundings.now())

    async def aclose(self) -> None:
        """Nothing is kept open between messages."""

    def _request(self, message: Message) -> Request:
        body = self._form.body(message, self._surroundings)
        return Request(
            method="POST",
            url=self._url,
            headers=(
                ("content-type", Sensitive.plain(self._form.media_type)),
                *self._headers,
                *self._signed(message, body),
            ),
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


def _open(settings: ChannelSettings, surroundings: Surroundings) -> Channel:
    return Webhook(settings, surroundings)


def _examine(settings: ChannelSettings) -> Iterable[Remark]:
    if secret := _secret(settings):
        try:
            if not keys_of(secret.reveal()):
                yield Remark("secret", "is empty")
        except ValueError as error:
            yield Remark("secret", str(error))
    elif settings.option("format") != "alertmanager":
        yield Remark("secret", "is missing: nobody can tell that a message is ours", is_mistake=False)
    for name, _ in _headers(settings):
        if name.lower() in _OURS:
            yield Remark("headers", f"{name} is set by probe itself; leave it out")


def _secret(settings: ChannelSettings) -> Sensitive | None:
    return cast("Sensitive | None", settings.option("secret"))


def _headers(settings: ChannelSettings) -> tuple[tuple[str, Sensitive], ...]:
    return cast("tuple[tuple[str, Sensitive], ...] | None", settings.option("headers")) or ()


def _connection(settings: ChannelSettings) -> Connection:
    ca_file = cast("str | None", settings.option("ca_file"))
    return Connection(tls=TlsPolicy(ca_file=ca_file), proxy=cast("Sensitive | None", settings.option("proxy")))


def _secrets(settings: ChannelSettings) -> Iterator[str]:
    """What a receiver may reflect, and nobody may read: a webhook's URL is a key to it, also where it was written out."""
    url = cast("Sensitive", settings.option("url")).reveal()
    parts = urlsplit(url)
    yield from (url, parts.query, parts.password or "", parts.path if parts.path != "/" else "")
    yield from (secret.reveal().split() if (secret := _secret(settings)) else ())
    yield from (value.reveal() for _, value in _headers(settings) if value.is_secret)


KIND: Final = Kind(
    name="webhook",
    description="Posts each message as JSON to a URL, signed.",
    options=_OPTIONS,
    open=_open,
    examine=_examine,
)
