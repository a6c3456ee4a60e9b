"""Options that several commands read alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from probe.model.errors import ConfigurationError
from probe.model.units import Micros, parse_duration

NOT_FINE: Final = 1
"""Exit status of a command that worked, and whose answer is bad news."""


def one_of(option: str, value: str, known: Iterable[str]) -> str:
    """The value, if it is one of those known.

    Raises:
        ConfigurationError: it is none of them.
    """
    names = tuple(known)
    if value not in names:
        raise ConfigurationError(f'{option} takes {" or ".join(names)}; found "{value}"')
    return value


def duration(option: str, value: str) -> Micros:
    """A duration such as `90d`.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return parse_duration(value)
    except ValueError as error:
        raise ConfigurationError(f"{option}: {error}") from None
