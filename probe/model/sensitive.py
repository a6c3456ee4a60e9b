"""Text that may hold secrets: it can be used, but not seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from probe.model.forms import ENOUGH, Encoding, Spelling, forms, lower
from probe.model.plain import plain

MASK: Final = "***"


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
        known = _known(self.secrets)
        masked = known.masked(text)
        undone = plain(masked)
        if undone != masked and (shorter := known.masked(undone)) != undone:
            masked = shorter
        return known.without_start(masked) if is_cut else masked

    def __repr__(self) -> str:
        return f"Redactor({len(self.secrets)} secrets)"


@dataclass(frozen=True, slots=True)
class _Known:
    """What to look for, longest first; and the short ones, as words."""

    forms: tuple[Spelling | Encoding, ...]
    words: re.Pattern[str] | None

    def masked(self, text: str) -> str:
        """The text with a mask wherever one of them stands."""
        signs = lower(text)
        for form in self.forms:
            text = form.replace(text, MASK, signs)
        while MASK * 2 in text:  # a long secret is found piece by piece
            text = text.replace(MASK * 2, MASK)
        return self.words.sub(MASK, text) if self.words else text

    def without_start(self, text: str) -> str:
        """The text without a last part that begins a secret."""
        end = min((form.start_in(text) for form in self.forms), default=len(text))
        return text[:end] + MASK if end < len(text) else text


@lru_cache(maxsize=1024)
def _known(secrets: tuple[str, ...]) -> _Known:
    """Made when first needed: most checks never fail."""
    trimmed = {text for secret in secrets for text in (secret, secret.strip()) if text}
    short = sorted(Spelling.of(secret).pattern for secret in trimmed if len(secret) < ENOUGH)
    words = rf"(?<![0-9A-Za-z])(?:{'|'.join(short)})(?![0-9A-Za-z])"
    return _Known(
        forms=forms(secret for secret in trimmed if len(secret) >= ENOUGH), words=re.compile(words) if short else None
    )
