"""The channel: renders a message, addresses it, hands it in, and remembers who has it already."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

import structlog

from probe.channels.channel import DeliveryFailed, Surroundings, answer
from probe.channels.email.folder import own_templates
from probe.channels.email.letter import Addresses, address_of, letter
from probe.channels.email.rendering import Rendered, Templates, TemplateUnusable
from probe.channels.email.sending import Envelope, Refusal, Sending
from probe.channels.email.server import Server, Tls, tls_context
from probe.channels.email.showing import fewer, shown
from probe.channels.options import duration, sensitive, text
from probe.model.channel import ChannelSettings
from probe.model.notification import Message
from probe.model.sensitive import Redactor
from probe.model.units import SECOND

LONGEST: Final = 100_000
"""Bytes of a mail: Gmail cuts longer ones off (at 102 kB)."""

_MOST_REMEMBERED: Final = 1_000

_log = structlog.get_logger("probe.channels")


class Email:
    """Mails of one channel, over one server."""

    def __init__(self, settings: ChannelSettings, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._server = server_of(settings)
        self._tls = Tls(text(settings, "tls") or Tls.REQUIRED)
        self._context = tls_context(text(settings, "ca_file"))
        self._addresses = addresses_of(settings)
        self._prefix = text(settings, "subject_prefix") or ""
        self._timeout = duration(settings, "timeout") / SECOND
        self._redactor = Redactor.of((self._server.password, self._server.user))
        self._built_in = Templates({})
        self._own = _own(settings)
        self._open: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    async def deliver(self, message: Message) -> str:
        """Hand it in, in one connection; on another try only for those whom the server did not take it for yet."""
        content, remark = self._content(message)
        recipients = self._open.get(message.id, self._addresses.recipients)
        sending = Sending(self._server, self._tls, self._context, self._surroundings.connect)
        try:
            async with asyncio.timeout(self._timeout):
                await sending.send(Envelope(self._addresses.sender.addr_spec, recipients, content))
        except TimeoutError:
            if not sending.answer:
                raise DeliveryFailed(f"no answer within {self._timeout:g} s, {sending.step}") from None
        except DeliveryFailed as failed:
            if failed.is_final:
                self._open.pop(message.id, None)
            raise DeliveryFailed(self._said(failed.why), is_final=failed.is_final) from None
        return self._settled(message, sending) + remark

    async def aclose(self) -> None:
        """Nothing is kept open between messages."""

    def _settled(self, message: Message, sending: Sending) -> str:
        """What became of a mail that the server took; raises where somebody may get it later."""
        later = tuple(refusal.recipient for refusal in sending.refusals if not refusal.is_final)
        self._open.pop(message.id, None)
        said = sending.answer + _named(", but not for ", sending.refusals)
        if later:
            self._open[message.id] = later
            if len(self._open) > _MOST_REMEMBERED:
                self._open.popitem(last=False)
            raise DeliveryFailed(self._said(f"taken: {said}; these are tried again"))
        return self._said(said)

    def _said(self, text: str) -> str:
        return answer(text, self._redactor)

    def _content(self, message: Message) -> tuple[bytes, str]:
        """The mail, and what is to be said of it: people must be told, even where a template can't."""
        if self._own:
            try:
                return self._written(message, self._own), ""
            except TemplateUnusable as error:
                _log.warning(
                    "a template can't be used; sent by the built-in ones", channel=message.channel, why=str(error)
                )
                return self._written(message, self._built_in), f" (sent by the built-in templates: {error})"
        return self._written(message, self._built_in), ""

    def _written(self, message: Message, templates: Templates) -> bytes:
        for lean in fewer(message):
            mail = shown(message, lean, prefix=self._prefix, site=self._surroundings.site)
            content = letter(message, _checked(templates.render(mail)), self._addresses)
            if len(content) <= LONGEST:
                break
        return content


def server_of(settings: ChannelSettings) -> Server:
    """Raises `ValueError`, see `Server.parse`."""
    url = sensitive(settings, "smtp")
    if url is None:
        raise TypeError("a mail channel has a server")
    return Server.parse(url.reveal())


def addresses_of(settings: ChannelSettings) -> Addresses:
    """Raises `ValueError`, see `address_of`."""
    reply_to = text(settings, "reply_to")
    return Addresses(
        sender=address_of(text(settings, "from") or ""),
        to=tuple(map(address_of, listed(settings, "to"))),
        cc=tuple(map(address_of, listed(settings, "cc"))),
        reply_to=address_of(reply_to) if reply_to else None,
    )


def listed(settings: ChannelSettings, name: str) -> tuple[str, ...]:
    """The addresses of an option; none where none are given."""
    value = settings.option(name)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def _own(settings: ChannelSettings) -> Templates | None:
    """What loading has found to be in order may be gone by now: then ours are used."""
    try:
        own = own_templates(text(settings, "templates"))
        return Templates(own) if own else None
    except TemplateUnusable as error:
        _log.warning("the templates can't be used; the built-in ones are", channel=settings.name, why=str(error))
        return None


def _checked(rendered: Rendered) -> Rendered:
    if not rendered.subject:
        raise TemplateUnusable("email.subject.txt: writes nothing")
    return rendered


def _named(words: str, refusals: list[Refusal]) -> str:
    return words + "; ".join(map(str, refusals)) if refusals else ""
