"""Pages to HTML. Each page is whole: its style stands in it, allowed by hash, so it can be opened, mailed or kept alone.

A stylesheet beside the pages would need `style-src 'self'`, which means nothing dependable under `file:`.
"""

from __future__ import annotations

import base64
import re
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from probe.report.contents import Page
from probe.report.svg import Drawing
from probe.report.words import visible

_BLANK: Final = re.compile(r"/\*.*?\*/|\n\s*|(?<=[:;,{}]) +| +(?=\{)|;\s*(?=\})", re.DOTALL)


def render(page: Page) -> str:
    """The page as HTML, without a clock, a network or a file of the site."""
    return environment().get_template(page.template).render(frame=page.view.frame, view=page.view)


def stylesheet(name: str = "probe.css") -> str:
    """The site's style, or another, without its comments and blanks."""
    written = files("probe.report").joinpath("assets", name).read_text(encoding="utf-8")
    return _BLANK.sub("", written)


@cache
def environment() -> Environment:
    """The templates, with the site's style at hand."""
    made = Environment(
        loader=PackageLoader("probe.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = stylesheet()
    made.globals.update(style=Drawing(style), style_hash=style_hash(style))
    return made


def _finalize(value: object) -> object:
    """Every text that is not markup of ours shows its hidden characters."""
    return visible(value) if type(value) is str else value


def style_hash(style: str) -> str:
    """By which a page allows it."""
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    return f"sha256-{digest}"
