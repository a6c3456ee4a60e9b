"""Text from outside made fit to be stored and shown: without secrets, not too long, and harmless where it will stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from probe.assertions.masking import mask
from probe.model.sensitive import Redactor

MARGIN: Final = 4 * 1024
"""Characters looked at beyond those that will be shown."""


def shown(
    text: str,
    redactor: Redactor,
    limit: int,
    *,
    mask: Callable[[str], str] = mask,
    has_lines: bool = False,
    goes_on: bool = False,
) -> str:
    """The text as terminals, logs and pages may have it.

    1. Known secrets are masked in more of it than will be shown, so that none is cut in two.
    2. So are values that look like secrets.
    3. Only now it is cut.
    4. What a terminal would obey, or nobody would see, is shown by its number: `\\x1b`, `\\u202e`.

    Args:
        limit: characters that are left.
        has_lines: breaks of lines, and tabulators, stay what they are.
        goes_on: there was more of it than this.
    """
    looked_at = text[: limit + MARGIN]
    is_cut = goes_on or len(looked_at) < len(text)
    encodable = redactor.redact(looked_at, is_cut=is_cut).encode("utf-8", "backslashreplace").decode()
    masked = mask(encodable)
    plain = _visible(masked.replace("\r\n", "\n"), "\n\t") if has_lines else _visible(masked, "")
    return plain if len(plain) <= limit and not is_cut else plain[: limit - 1] + "…"


def _visible(text: str, kept: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in kept else each.encode("unicode_escape").decode("ascii") for each in text
    )
