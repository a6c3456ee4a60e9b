"""Bodies by a user's own template: Jinja2 in a sandbox, that can write nothing but JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from probe.channels.formats.facts import facts_of, kind_of
from probe.channels.formats.form import Form, Home
from probe.model.ndjson import Json
from probe.model.notification import Message
from probe.model.units import to_iso

if TYPE_CHECKING:
    from jinja2 import Template

_LONGEST: Final = 1_000_000
"""Characters that a template may write."""

_LONGEST_REASON: Final = 150


class TemplateUnusable(Exception):
    """A template writes no JSON; the message says why."""


def templated(form: Form, text: str) -> Form:
    """The form with bodies by a template; writing one raises `TemplateUnusable`.

    Raises:
        TemplateUnusable: it is no template.
    """
    template = _compiled(text)

    def write(message: Message, _: Home) -> Json:
        return _parsed(_rendered(template, message))

    return replace(form, write=write)


def _compiled(text: str) -> Template:
    """Every `{{ }}` is written as JSON, quotes and all: what a target sent can't break out of its place.

    Jinja2 is loaded here, for few files have a template.
    """
    from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, finalize=_as_json, loader=DictLoader({})
    )
    try:
        return environment.from_string(text)
    except TemplateSyntaxError as error:
        raise TemplateUnusable(f"line {error.lineno}: {error.message}") from None


def _as_json(value: object) -> object:
    """What the template has put together itself, or `tojson` has, is JSON already."""
    from markupsafe import Markup

    return value if isinstance(value, Markup) else Markup(json.dumps(value, default=_refused))  # noqa: S704  # it is no HTML


def _refused(value: object) -> str:
    str(value)  # what is undefined says so itself
    raise TypeError


def _rendered(template: Template, message: Message) -> str:
    given = {"id": message.id, "type": kind_of(message), "timestamp": to_iso(message.at), **facts_of(message)}
    parts, length = [], 0
    try:
        for part in template.generate(given):
            parts.append(part)
            length += len(part)
            if length > _LONGEST:
                break
    except Exception as error:  # noqa: BLE001  # a template can do wrong what Python can
        raise TemplateUnusable(_reason(error)) from None
    if length > _LONGEST:
        raise TemplateUnusable(f"it writes more than {_LONGEST} characters")
    return "".join(parts)


def _reason(error: Exception) -> str:
    """Jinja2's own words name what the template asked for."""
    from jinja2 import TemplateError

    said = error.message if isinstance(error, TemplateError) else None
    return " ".join((said or type(error).__name__)[:_LONGEST_REASON].split())


def _parsed(text: str) -> Json:
    try:
        return cast("Json", json.loads(text, parse_constant=_no_constant))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise TemplateUnusable(
            f"what it writes is no JSON at {place}: {error.msg}; write {{{{ title }}}} without quotation marks around it"
        ) from None
    except (ValueError, RecursionError):
        raise TemplateUnusable("what it writes is no JSON: it has NaN or Infinity, or is nested too deeply") from None


def _no_constant(name: str) -> Json:
    raise ValueError(name)
