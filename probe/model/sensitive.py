"""Text that may hold secrets: it can be used, but not seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from probe.model.forms import forms

MASK: Final = "***"
_SHORTEST: Final = 4
"""Characters of which a secret has at least to be masked wherever it stands."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """Text with its secrets filled in (`reveal`) and the text as the user wrote it (`shown`).

    `repr`, `str` and formatting give `shown`, so a secret can't leave by accident.
    """

    _revealed: str = field(repr=False)
    shown: str

    @classmethod
    def plain(cls, text: str) -> Sensitive:
        """Text without a secret in it."""
        return cls(text, text)

    @property
    def is_secret(self) -> bool:
        """Whether something in it must not be shown."""
        return self._revealed != self.shown

    def reveal(self) -> str:
        """The text with its secrets: for the wire only."""
        return self._revealed

    def __str__(self) -> str:
        return self.shown

    def __format__(self, spec: str) -> str:
        return format(self.shown, spec)

    def __repr__(self) -> str:
        return f"Sensitive({self.shown!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Redactor:
    """Masks known secrets, in each of the forms they travel in, wherever they are reflected.

    One of fewer than four characters is masked only where it stands as a word: masked everywhere, it would take the
    rest of the text with it.

    Attributes:
        secrets: in one order, each once.
    """

    secrets: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Redactor:
        """A redactor for these secrets; empty ones are ignored, for they'd match everywhere."""
        return cls(tuple(sorted({secret for secret in secrets if secret})))

    def redact(self, text: str, *, is_cut: bool = False) -> str:
        """The text with every known secret replaced by `***`.

        Args:
            is_cut: the text went on: what stands at its end may be the first part of a secret, and is masked too.
        """
        if not self.secrets or not text:
            return text
        known, words = _known(self.secrets)
        for form in known:
            if form in text:
                text = text.replace(form, MASK)
        text = words.sub(MASK, text) if words else text
        return _without_start(text, known) if is_cut else text

    def __repr__(self) -> str:
        return f"Redactor({len(self.secrets)} secrets)"


@lru_cache(maxsize=1024)
def _known(secrets: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str] | None]:
    """The forms to look for, longest first, so that no part of a longer one is left standing; and the short words.

    Made when first needed: most checks never fail.
    """
    found = {form for secret in secrets for form in forms(secret)}
    long = sorted((form for form in found if len(form) >= _SHORTEST), key=lambda form: (-len(form), form))
    short = sorted((form for form in found if len(form) < _SHORTEST), key=lambda form: (-len(form), form))
    words = rf"(?<![0-9A-Za-z])(?:{'|'.join(map(re.escape, short))})(?![0-9A-Za-z])" if short else None
    return tuple(long), re.compile(words) if words else None


def _without_start(text: str, known: Iterable[str]) -> str:
    """Without a last part that begins a secret. Less than `_SHORTEST` of one tells nothing."""
    end = min((_start_of(form, text) for form in known), default=len(text))
    return text[:end] + MASK if end < len(text) else text


def _start_of(form: str, text: str) -> int:
    """Where the form begins that the text's end cuts off; the text's length where none does."""
    place = text.find(form[:_SHORTEST], max(0, len(text) - len(form)))
    while place >= 0 and not form.startswith(text[place:]):
        place = text.find(form[:_SHORTEST], place + 1)
    return place if place >= 0 else len(text)
