"""What the file may say of a mail channel. Sending, TLS and templates are loaded where they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from probe.channels.channel import Channel, Kind, Remark, Surroundings
from probe.channels.email.server import Server, Tls
from probe.channels.options import duration, pem_of, sensitive, text
from probe.channels.sample import sample_message
from probe.model.channel import ChannelSettings, Option, OptionKind
from probe.model.units import MINUTE, SECOND

_OPTIONS: Final = (
    Option(name="to", kind=OptionKind.ADDRESSES, description="Who gets the mails.", is_required=True),
    Option(name="cc", kind=OptionKind.ADDRESSES, description="Who gets copies."),
    Option(
        name="from",
        kind=OptionKind.ADDRESS,
        description="Who sends them; its domain is that of their Message-IDs.",
        is_required=True,
    ),
    Option(name="reply_to", kind=OptionKind.ADDRESS, description="Where answers go."),
    Option(
        name="smtp",
        kind=OptionKind.URL,
        description="The server: `smtp://user:password@host:587` with STARTTLS, `smtps://…:465` with TLS from the start.",
        is_required=True,
    ),
    Option(
        name="tls",
        kind=OptionKind.CHOICE,
        description="Whether STARTTLS must be; without it nobody logs in.",
        default=Tls.REQUIRED.value,
        choices=tuple(each.value for each in Tls),
    ),
    Option(name="ca_file", kind=OptionKind.PATH, description="Authorities to trust beside the system's own, PEM."),
    Option(name="timeout", kind=OptionKind.DURATION, description="For one try, in all.", default=30 * SECOND),
    Option(name="subject_prefix", kind=OptionKind.TEXT, description="Before every subject, such as `prod`."),
    Option(
        name="templates",
        kind=OptionKind.PATH,
        description="A folder with templates of your own: email.subject.txt, email.txt, email.html, or some of them.",
    ),
)


def _open(settings: ChannelSettings, surroundings: Surroundings) -> Channel:
    from probe.channels.email.mail import Email

    return Email(settings, surroundings)


def _examine(settings: ChannelSettings) -> Iterator[Remark]:
    yield from _examine_server(settings)
    yield from _examine_addresses(settings)
    if not SECOND <= duration(settings, "timeout") <= MINUTE:
        yield Remark("timeout", "must be between 1s and 1m")
    if folder := text(settings, "templates"):
        yield from _examine_templates(folder, settings)


def _examine_server(settings: ChannelSettings) -> Iterator[Remark]:
    url, tls = sensitive(settings, "smtp"), text(settings, "tls")
    try:
        server = Server.parse(url.reveal()) if url else None
    except ValueError as error:
        yield Remark("smtp", str(error))
        return
    if server and tls == Tls.NEVER:
        if server.is_implicit:
            yield Remark("tls", "says never, and smtps always has TLS; write smtp://, or leave tls out")
        elif server.user:
            yield Remark("tls", "says never, and nobody logs in over a line that is not encrypted; leave it out")
        else:
            yield Remark("tls", "says never: mails can be read on their way", is_mistake=False)
    if ca_file := text(settings, "ca_file"):
        from probe.channels.email.server import tls_context

        try:
            pem_of(ca_file)
            tls_context(ca_file)
        except OSError as error:
            yield Remark("ca_file", f"can't be used: {error.strerror or 'it holds no certificate in PEM'}")


def _examine_addresses(settings: ChannelSettings) -> Iterator[Remark]:
    from probe.channels.email.letter import address_of

    for name in ("to", "cc", "from", "reply_to"):
        said = settings.option(name)
        for address in (said,) if isinstance(said, str) else said if isinstance(said, tuple) else ():
            try:
                address_of(str(address))
            except ValueError as error:
                yield Remark(name, f'"{address}" {error}')


def _examine_templates(folder: str, settings: ChannelSettings) -> Iterable[Remark]:
    """Each is tried on a message."""
    from probe.channels.email.folder import own_templates
    from probe.channels.email.rendering import TemplateUnusable, check
    from probe.channels.email.showing import fewer, shown

    sample = sample_message(settings.name, id_="msg_test", thread="test", now=0)
    try:
        check(own_templates(folder), (shown(sample, lean) for lean in fewer(sample)))
    except TemplateUnusable as error:
        yield Remark("templates", f"can't be used: {error}")


KIND: Final = Kind(
    name="email",
    description="Sends each message as a mail, text and HTML, over SMTP with TLS.",
    options=_OPTIONS,
    open=_open,
    examine=_examine,
)
