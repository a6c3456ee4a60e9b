"""Rules that somebody thinks of, in a file of their own: read as if they stood in the file of checks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from probe.config.document import MAX_BYTES, Document, Path, read_document
from probe.config.load import read_settings
from probe.config.references import References
from probe.model.errors import ConfigurationError, Problem
from probe.model.settings import Settings


@dataclass(slots=True)
class _Proposed(Document):
    """The file of checks, with the rules of another one, which is blamed for them."""

    rules: Document | None = None

    def problem(self, path: Path, message: str) -> Problem:
        """As everywhere, in the file that it stands in."""
        if self.rules and path[:1] == ("alerts",):
            return self.rules.problem(path, message)
        return Document.problem(self, path, message)


def load_proposed(path: FilePath, rules: FilePath, *, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file of checks, with what stands below `alerts:` in another file instead of its own rules.

    Raises:
        ConfigurationError: with every mistake in `problems`.
    """
    document, proposed = _read(path), _read(rules)
    value = proposed.value
    if not isinstance(value, dict) or value.keys() != {"alerts"}:
        unknown = sorted(value.keys() - {"alerts"})[:1] if isinstance(value, dict) else []
        raise ConfigurationError((proposed.problem(tuple(unknown), "a file of rules has alerts:, and nothing else"),))
    if isinstance(document.value, dict):
        document.value = {**document.value, "alerts": value["alerts"]}
    whole = _Proposed(
        file=document.file,
        value=document.value,
        problems=[*document.problems, *proposed.problems],
        _root=document._root,  # noqa: SLF001  # of one kind with it
        rules=proposed,
    )
    return read_settings(whole, References(environment, path.absolute().parent, are_needed=False))


def _read(path: FilePath) -> Document:
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"can't be read: {error.strerror or error}; name another file"
        raise ConfigurationError((Problem(file=str(path), message=message),)) from None
    return read_document(text, file=str(path))
