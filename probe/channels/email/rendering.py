"""Templates to subject, text and HTML: ours, or those of the user's folder; in a sandbox, escaped, and bounded."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from probe.channels.email.view import Mail, Run, Segment

NAMES: Final = ("email.subject.txt", "email.txt", "email.html")
COLUMNS: Final = 78
_LABEL: Final = 10
_BAR: Final = 50
_GAUGE: Final = 20
_LONGEST: Final = 400_000
"""Characters that a template may write."""

_MOST_ROUNDS: Final = 10_000
_LARGEST: Final = 10**15


class Rendered(NamedTuple):
    """A mail's texts; the subject is one line."""

    subject: str
    text: str
    html: str


class TemplateUnusable(Exception):
    """A template can't be used; the message says which and why, and quotes nothing of what it was given."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """One in which nothing grows large by a short sentence."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:  # noqa: ARG002
        """Numbers may be multiplied; text up to a line, for rules and indents."""
        if isinstance(left, int | float) and isinstance(right, int | float):
            made = left * right if operator == "*" else left**right if abs(right) <= 10 else None
            if made is not None and abs(made) < _LARGEST:
                return made
        elif operator == "*" and isinstance(left, str) and isinstance(right, int) and len(left) * right <= 200:
            return left * right
        raise TemplateError("multiplies to something too large")


class Templates:
    """Three templates that say what a mail is like; each is ours where the user has none."""

    def __init__(self, own: Mapping[str, str]) -> None:
        """Raises `TemplateUnusable` for what is no template."""
        self._templates = {name: _compiled(name, own[name]) for name in NAMES if name in own}

    def render(self, mail: Mail) -> Rendered:
        """Raises `TemplateUnusable`."""
        given = {field.name: getattr(mail, field.name) for field in fields(mail)}
        subject, text, html = (_written(name, self._templates.get(name) or _built_in(name), given) for name in NAMES)
        return Rendered(subject=" ".join(subject.split()), text=text, html=html)


def check(own: Mapping[str, str], mails: Iterable[Mail]) -> None:
    """Raises `TemplateUnusable` where a template can't be used for one of these."""
    templates = Templates(own)
    for mail in mails:
        templates.render(mail)


@cache
def _built_in(name: str) -> Template:
    return _compiled(name, files("probe.channels.email").joinpath("templates", name).read_text(encoding="utf-8"))


def _compiled(name: str, text: str) -> Template:
    try:
        return _environment(is_html=name.endswith(".html")).from_string(text)
    except TemplateSyntaxError as error:
        raise TemplateUnusable(f"{name}:{error.lineno}: {error.message}") from None


@cache
def _environment(*, is_html: bool) -> _Sandbox:
    made = _Sandbox(
        loader=DictLoader({}),  # there is nothing else to read
        autoescape=is_html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.globals.update(wrap=wrap, row=row, bar=bar, gauge=gauge, range=_few)
    made.filters["glyph_word"] = _glyph_word
    return made


def _written(name: str, template: Template, given: Mapping[str, object]) -> str:
    parts, length = [], 0
    try:
        for part in template.generate(given):
            parts.append(part)
            length += len(part)
            if length > _LONGEST:
                break
    except Exception as error:  # noqa: BLE001  # a template can do wrong what Python can
        raise TemplateUnusable(f"{name}: {_reason(error)}") from None
    if length > _LONGEST:
        raise TemplateUnusable(f"{name}: it writes more than {_LONGEST:,} characters")
    return "".join(parts)


def _reason(error: Exception) -> str:
    """Jinja2's own words name what the template asked for; those of others may quote what it was given."""
    if isinstance(error, TemplateNotFound):
        return "a template can't include or extend another one"
    return str(error.message) if isinstance(error, TemplateError) and error.message else type(error).__name__


def _few(*args: int) -> range:
    """What a template may count through."""
    made = range(*args)
    if len(made) > _MOST_ROUNDS:
        raise TemplateError(f"counts further than {_MOST_ROUNDS:,}")
    return made


def wrap(text: str, indent: int = 0) -> str:
    """Lines of at most `COLUMNS`; all but the first of each paragraph begin with blanks."""
    return "\n".join(
        textwrap.fill(each, COLUMNS, subsequent_indent=" " * min(indent, 20), break_on_hyphens=False)
        for each in text.splitlines()
    )


def row(label: str, value: str) -> str:
    """A label, and beside it a text that may take several lines."""
    beside = " " * (_LABEL + 3)
    paragraphs = value.splitlines() or [""]
    filled = "\n".join(
        textwrap.fill(each, COLUMNS, initial_indent=beside, subsequent_indent=beside, break_on_hyphens=False)
        for each in paragraphs
    )
    return f"  {label:<{_LABEL}} {filled[len(beside) :]}"


def bar(phases: Iterable[Segment]) -> str:
    """The phases as letters."""
    return "".join(phase.letter * max(1, phase.percent * _BAR // 100) for phase in phases)


def gauge(percent: int) -> str:
    """A share as a bar."""
    full = percent * _GAUGE // 100
    return f"[{'#' * full}{'.' * (_GAUGE - full)}]"


def _glyph_word(run: Run) -> str:
    return f"{run.glyph} {run.state}"
