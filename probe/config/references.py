"""References to secrets: `${env:NAME}`, `${env:NAME:-default}` and `${file:path}`; `$${` is a literal `${`."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from probe.model.sensitive import Sensitive

MAX_SECRET_BYTES: Final = 64 * 1024
_REFERENCE: Final = re.compile(
    r"\$\$\{"  # the escape
    r"|\$\{(?:env:(?P<env>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<default>[^}]*))?|file:(?P<file>[^}]+))\}"
    r"|\$\{(?P<unknown>[^}]{0,80})\}?"
)
_FOREIGN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ReferenceProblem(ValueError):
    """A reference that leads nowhere; the message names it, and never its value."""


class NotThere(ReferenceProblem):
    """What it leads to isn't there, at least not for us."""


def has_reference(text: str) -> bool:
    """Whether the text refers to a secret, rightly or wrongly written."""
    return any(found[0] != "$${" for found in _REFERENCE.finditer(text))


@dataclass(slots=True)
class Resolved:
    """One text with its references filled in, and the secrets that were filled in."""

    text: Sensitive
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class References:
    """Fills references in.

    Attributes:
        environment: where `${env:…}` looks.
        folder: relative `${file:…}` paths start here: the folder of the configuration file.
        are_needed: whether it is a mistake that a secret isn't there; whoever measures and tells nobody needs none.
    """

    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    are_needed: bool = True

    def resolve(self, text: str) -> Resolved:
        """Fill in every reference of a text.

        Raises:
            ReferenceProblem: a variable is not set, a file can't be read, or the reference is not one of ours.
        """
        if "${" not in text:
            return Resolved(Sensitive.plain(text))
        secrets: list[str] = []

        def fill(found: re.Match[str]) -> str:
            if found[0] == "$${":
                return "${"
            value, is_secret = self._value(found)
            if is_secret and value:
                secrets.append(value)
            return value

        revealed = _REFERENCE.sub(fill, text)
        shown = _REFERENCE.sub(_shown, text)
        return Resolved(Sensitive(revealed, shown), tuple(secrets))

    def _value(self, found: re.Match[str]) -> tuple[str, bool]:
        """The value, and whether it is a secret (a default stands in the file for all to read)."""
        if name := found["env"]:
            if name in self.environment:
                return self.environment[name], True
            if (default := found["default"]) is not None:
                return default, False
            raise NotThere(f"the environment variable {name} is not set; set it before probe starts")
        if path := found["file"]:
            return _read_secret(self.folder / path, path), True
        raise ReferenceProblem(_unknown(found["unknown"]))


def _shown(found: re.Match[str]) -> str:
    """What a person sees: the reference itself, but a default that applied stays readable as the reference too."""
    return "${" if found[0] == "$${" else found[0]


def _read_secret(path: Path, named: str) -> str:
    try:
        content = _content(path)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise NotThere(f"the secret file {named!r} can't be read: {reason}") from None
    if len(content) > MAX_SECRET_BYTES:
        raise ReferenceProblem(f"the secret file {named} is larger than {MAX_SECRET_BYTES // 1024} KiB")
    try:
        return content.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise ReferenceProblem(f"the secret file {named} is not UTF-8 text") from None


def _content(path: Path) -> bytes:
    if path.exists() and not path.is_file():  # a FIFO would be waited for
        raise OSError(errno.EINVAL, "it is not a regular file")
    with path.open("rb") as file:
        return file.read(MAX_SECRET_BYTES + 1)


def _unknown(inside: str) -> str:
    if _FOREIGN.fullmatch(inside):
        return f"${{{inside}}} is not a reference; write ${{env:{inside}}}, or $${{{inside}}} for the text itself"
    return f"${{{inside}}} is not a reference; write ${{env:NAME}} or ${{file:/path}}, or $${{ for the text itself"


def must_be_reference(text: str) -> None:
    """Refuse a secret that stands in the file itself.

    Raises:
        ValueError: with what to write instead.
    """
    if not has_reference(text) or any(found["default"] for found in _REFERENCE.finditer(text)):
        raise ValueError(
            "a secret must not stand in the file, nor may its default; write ${env:NAME} or ${file:/path} and keep it there"
        )
