"""Values that can be written in several ways: as a mapping, as a list, or as a word."""

from __future__ import annotations

from typing import Final

from pydantic import BeforeValidator, Discriminator

from probe.config.fields import found, wrong

MAPPING: Final = "[mapping]"
LIST: Final = "[list]"
WORD: Final = "[word]"
TAGS: Final = frozenset({MAPPING, LIST, WORD})
"""The ways. pydantic puts them into the paths of mistakes; the file has nothing of that name."""


def _way(value: object) -> str:
    return MAPPING if isinstance(value, dict) else WORD


def _way_or_list(value: object) -> str:
    return LIST if isinstance(value, list) else _way(value)


MAPPING_OR_WORD: Final = Discriminator(_way)
MAPPING_LIST_OR_WORD: Final = Discriminator(_way_or_list)


def only(word: str, instead: str) -> BeforeValidator:
    """The one word that may stand there; who writes another is told what may stand `instead`."""

    def read(value: object) -> object:
        if value != word:
            raise wrong(f"write {instead}; found {found(value)}")
        return value

    return BeforeValidator(read)
