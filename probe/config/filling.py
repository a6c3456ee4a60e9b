"""References filled in, and the secrets remembered that came in with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from probe.config.document import Path
from probe.config.references import NotThere, ReferenceProblem, References, must_be_reference
from probe.model.sensitive import Sensitive

Blame: TypeAlias = Callable[[Path, str], None]
"""Takes what is wrong, and where; the rest is still looked at."""


_STORE: Final[Path] = ("store",)
"""The one secret that everybody needs."""


@dataclass(slots=True)
class Filling:
    """Fills in the references of one check, or of the whole file.

    Attributes:
        secrets: what was filled in so far.
    """

    references: References
    blame: Blame
    secrets: set[str] = field(default_factory=set, repr=False)

    def text(self, text: str, path: Path) -> Sensitive:
        """The text with its references filled in; as it stands where one leads nowhere."""
        try:
            resolved = self.references.resolve(text)
        except ReferenceProblem as problem:
            if self.references.are_needed or not isinstance(problem, NotThere) or path == _STORE:
                self.blame(path, str(problem))
            return Sensitive.plain(text)
        self.secrets.update(resolved.secrets)
        return resolved.text

    def secret(self, text: str, path: Path) -> Sensitive:
        """The same, of what must not stand in the file itself."""
        try:
            must_be_reference(text)
        except ValueError as error:
            self.blame(path, str(error))
        return self.text(text, path)

    def look_over(self, value: object, path: Path) -> None:
        """Blame the references of a piece that could not be built, so that they needn't wait for the next try."""
        if isinstance(value, str):
            self.text(value, path)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if key != "expect":
                    self.look_over(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.look_over(item, (*path, index))
