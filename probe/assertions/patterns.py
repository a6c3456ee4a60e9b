"""Regular expressions in time linear in the text (RE2), whatever the pattern and the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import re2

OPTIONS: Final = re2.Options()
OPTIONS.log_errors = False
OPTIONS.max_mem = 2 * 2**20

MAX_PROGRAM: Final = 1_000
"""RE2's steps are text times program: a larger program could take seconds for a body of some megabytes."""

_ADVICE: Final = {
    "(?=": "look-ahead is not supported",
    "(?!": "look-ahead is not supported; `not matches` may do",
    "(?<=": "look-behind is not supported",
    "(?<!": "look-behind is not supported",
    "(?>": "atomic groups are not supported, nor needed: no pattern is slow here",
    "\\Z": "the end of the text is \\z",
}


def compile_pattern(pattern: str, *, whole: bool = False) -> Callable[[str], bool]:
    """Whether a text has the pattern in it, or with `whole` is it from end to end.

    `^` and `$` are the ends of the text; `(?m)` makes them the ends of lines.

    Raises:
        ValueError: it is not a pattern RE2 takes; the message says why.
    """
    try:
        compiled = re2.compile(pattern, OPTIONS)
    except re2.error as error:
        raise ValueError(f"is not a regular expression: {_reason(error)}") from None
    except UnicodeEncodeError:
        raise ValueError("is not valid text") from None
    if compiled.programsize > MAX_PROGRAM:
        raise ValueError("is too large a regular expression; repeat less in it")
    match = compiled.fullmatch if whole else compiled.search
    return lambda text: match(text.encode("utf-8", "replace")) is not None


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    offender = reason.rpartition(": ")[2]
    if offender[:1] == "\\" and offender[1:].isdigit():
        return "back-references are not supported"
    return next((text for part, text in _ADVICE.items() if offender.startswith(part)), reason)
