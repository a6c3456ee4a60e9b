"""A report as a page: it shows what its data says, and carries it along. The same data always makes the same page."""

from __future__ import annotations

from typing import Final

from probe.report.rendering import environment, style_hash, stylesheet
from probe.report.sla.document import Document, json_text
from probe.report.sla.showing import view_of
from probe.report.svg import Drawing

_ESCAPES: Final = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})


def page_of(document: Document) -> str:
    """The page; it needs no other file, no script and no network.

    Raises:
        Malformed: the document isn't as a report is; the message says where.
    """
    style = stylesheet("sla.css")
    return (
        environment()
        .get_template("sla.html")
        .render(
            view=view_of(document),
            data=Drawing(json_text(document).translate(_ESCAPES)),
            style=Drawing(style),
            style_hash=style_hash(style),
        )
    )
