"""Text that may hold secrets: it can be used, but not seen."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, quote_plus

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

    Attributes:
        forms: what to look for, longest first, so that no part of a longer one is left standing.
    """

    forms: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str]) -> Redactor:
        """A redactor for these secrets; empty ones are ignored, for they'd match everywhere."""
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        return cls(tuple(sorted(forms, key=lambda form: (-len(form), form))))

    def redact(self, text: str) -> str:
        """The text with every known secret replaced by `***`."""
        for form in self.forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def __repr__(self) -> str:
        return f"Redactor({len(self.forms)} forms)"


def _forms(secret: str) -> set[str]:
    """As it is; URL-encoded both ways; escaped in JSON; in Base64."""
    encoded = base64.b64encode(secret.encode()).decode()
    return {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        encoded,
        encoded.rstrip("="),
    }
