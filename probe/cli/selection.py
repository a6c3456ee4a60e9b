"""Which checks are meant, as several commands ask for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from probe.model.check import api_of
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from probe.store import Store

QUOTED: Final = 200
"""Characters of what was given that an error repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The options as they were given: ids of checks and APIs, labels as `name=value`."""

    checks: Sequence[str] = ()
    apis: Sequence[str] = ()
    labels: Sequence[str] = ()

    def chosen(self, settings: Settings, store: Store) -> tuple[str, ...]:
        """The checks named, and those of the APIs named; of these, or of all, those that have every label. In order.

        Those that only the store knows any more have no labels.

        Raises:
            ConfigurationError: something that is named is nowhere.
        """
        return self.among(settings, store.checks())

    def among(self, settings: Settings, stored: Iterable[str]) -> tuple[str, ...]:
        """The same, of the file's checks and of some that the store knows."""
        labels = {check.id: set(check.labels) for check in settings.checks}
        known = sorted({*labels, *stored})
        look_up("check", self.checks, known)
        look_up("API", self.apis, {api_of(check) for check in known})
        wanted = {label_of(text) for text in self.labels}
        for name, value in wanted:
            look_up("label", [f"{name}={value}"], {f"{key}={text}" for pairs in labels.values() for key, text in pairs})
        is_all = not self.checks and not self.apis
        return tuple(
            id_
            for id_ in known
            if (is_all or id_ in self.checks or api_of(id_) in self.apis) and wanted <= labels.get(id_, set())
        )


def look_up(what: str, names: Sequence[str], known: Collection[str]) -> None:
    """Refuses names that are not known.

    Raises:
        ConfigurationError: one isn't.
    """
    for name in names:
        if name not in known:
            near = get_close_matches(name[:QUOTED], known, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else ""
            raise ConfigurationError(f'neither the file nor the store has the {what} "{name[:QUOTED]}"{hint}')


def label_of(text: str) -> tuple[str, str]:
    """A label's name and value.

    Raises:
        ConfigurationError: it is none.
    """
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise ConfigurationError(f'--label takes NAME=VALUE; found "{text[:QUOTED]}"')
    return name, value
