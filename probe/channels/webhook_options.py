"""What the file may say of a webhook, and what of it can't work."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from probe.channels.channel import Remark
from probe.channels.formats.form import Form, Home
from probe.channels.formats.registry import FORMS
from probe.channels.options import duration, headers, pem_of, sensitive, text
from probe.channels.sample import sample_message
from probe.channels.signing import keys_of
from probe.channels.templates import TemplateUnusable, templated
from probe.model.channel import ChannelSettings, Option, OptionKind
from probe.model.sensitive import Sensitive
from probe.model.units import MINUTE, SECOND, format_duration

SIGNED: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
LONGEST_TIMEOUT: Final = MINUTE
_OURS: Final = frozenset({*SIGNED, "content-length", "transfer-encoding"})
_SCHEMES: Final = ("https", "http")

OPTIONS: Final = (
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
    Option(name="headers", kind=OptionKind.HEADERS, description="Sent with each message."),
    Option(name="timeout", kind=OptionKind.DURATION, description="For one try, in all.", default=10 * SECOND),
    Option(
        name="ca_file",
        kind=OptionKind.PATH,
        description="A PEM file with authorities to trust beside the system's own.",
    ),
    Option(name="proxy", kind=OptionKind.URL, description="An HTTP proxy to go through."),
)


def examine(settings: ChannelSettings) -> Iterable[Remark]:
    """What is wrong, or worth a warning; nobody is asked, but files are looked into."""
    yield from _of_urls(settings)
    yield from _of_secret(settings)
    yield from _of_headers(settings)
    yield from _of_template(settings)
    yield from _of_ca_file(settings)
    if not 0 < duration(settings, "timeout") <= LONGEST_TIMEOUT:
        yield Remark("timeout", f"must be more than 0s, and at most {format_duration(LONGEST_TIMEOUT)}")


def built_in(settings: ChannelSettings) -> Form:
    """The form that the file names."""
    return FORMS[text(settings, "format") or next(iter(FORMS))]


def own_form(settings: ChannelSettings) -> Form | None:
    """The form by the user's template; `None` where there is none.

    Raises:
        TemplateUnusable: it is no template.
    """
    template = text(settings, "template")
    return templated(built_in(settings), template) if template is not None else None


def _of_urls(settings: ChannelSettings) -> Iterator[Remark]:
    for name in ("url", "proxy"):
        parts = _parts(sensitive(settings, name))
        if parts and parts.scheme not in _SCHEMES:
            yield Remark(name, f"must begin with {' or '.join(f'{scheme}://' for scheme in _SCHEMES)}")
        elif parts and name == "url" and parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
            yield Remark(name, "is not https: whoever is on the way reads the messages, and the URL", is_mistake=False)


def _parts(url: Sensitive | None) -> SplitResult | None:
    """`None` also for what is no URL, which loading has found."""
    try:
        return urlsplit(url.reveal()) if url else None
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _of_secret(settings: ChannelSettings) -> Iterator[Remark]:
    secret = sensitive(settings, "secret")
    try:
        if secret and not keys_of(secret.reveal()):
            yield Remark("secret", "is empty; leave it out, or give one")
    except ValueError as error:
        yield Remark("secret", str(error))


def _of_headers(settings: ChannelSettings) -> Iterator[Remark]:
    for name, value in headers(settings, "headers"):
        if name.lower() in _OURS:
            yield Remark("headers", f"{name} is set by probe itself; leave it out")
        revealed = value.reveal()
        if not (revealed.isascii() and revealed.replace("\t", " ").isprintable()):
            yield Remark("headers", f"{name} has line breaks, control characters or signs beyond ASCII")


def _of_template(settings: ChannelSettings) -> Iterator[Remark]:
    try:
        if form := own_form(settings):
            form.body(sample_message(settings.name, id_="msg_test", thread="test", now=0), Home())
    except TemplateUnusable as error:
        yield Remark("template", f"can't be used: {error}")


def _of_ca_file(settings: ChannelSettings) -> Iterator[Remark]:
    file = text(settings, "ca_file")
    if file is None:
        return
    try:
        if b"-----BEGIN CERTIFICATE-----" not in pem_of(file):
            yield Remark("ca_file", "holds no certificate in PEM form")
    except OSError as error:
        yield Remark("ca_file", f"can't be read: {str(error.strerror).lower()}")
