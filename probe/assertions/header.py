"""`header NAME`: a header of the response; names in any case, repeated ones joined by `, `."""

from __future__ import annotations

import re
from typing import Final

from probe.assertions.subject import Operand, Subject
from probe.assertions.text import TEXT

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)


def _canonical(name: str) -> str:
    name = name.strip()
    if not _TOKEN.fullmatch(name):
        raise ValueError(f'"{name[:40]}" is not a header\'s name; write letters, digits and -, such as `content-type`')
    return name.lower()


def _end(text: str) -> int:
    """Where the name ends; a `!=` right behind it is an operator."""
    found = _TOKEN.match(text)
    end = found.end() if found else 0
    return end - 1 if text[end - 1 : end + 1] == "!=" else end


HEADER: Final[Subject[str]] = Subject(
    name="header",
    about="a header of the response, by its name",
    example="header content-type contains json",
    kind=TEXT,
    operand=Operand(
        field="name",
        what="a header's name",
        example="content-type",
        end=_end,
        canonical=_canonical,
    ),
    optional=True,
    reader=lambda name: lambda reading: reading.header(name),
)
