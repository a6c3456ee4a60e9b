"""Channels: what the file may say of each kind of them, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from probe.model.rule import DEFAULT_EXPIRES_AFTER
from probe.model.sensitive import Sensitive
from probe.model.units import MINUTE, Micros


class OptionKind(StrEnum):
    """What the file may say there."""

    TEXT = "text"
    SECRET = "secret"  # by reference only  # noqa: S105
    URL = "url"  # may hold secrets
    ADDRESSES = "addresses"  # mail addresses: one, or a list
    ADDRESS = "address"  # one mail address
    DURATION = "duration"
    SWITCH = "switch"  # true or false
    CHOICE = "choice"  # one word of several
    HEADERS = "headers"  # names with values, that may hold secrets
    FILE = "file"  # a path; its text is what the channel gets
    PATH = "path"  # of a file with certificates: the channel gets the path, made absolute by the file's folder


OptionValue: TypeAlias = "str | bool | int | Sensitive | tuple[str, ...] | tuple[tuple[str, Sensitive], ...]"
"""Text, choices and paths are `str`, durations `int` (microseconds), secrets and URLs `Sensitive`, addresses a tuple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A key that a kind of channel takes.

    Attributes:
        default: of those that aren't required; `None` leaves it out.
        choices: of `CHOICE`.
        description: one sentence for `probe schema` and the docs.
    """

    name: str
    kind: OptionKind
    description: str
    is_required: bool = False
    default: OptionValue | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """A channel of the file.

    Attributes:
        type: its kind, a name of the channels' registry.
        options: what is given, and every default, by name.
        fallback: the channel that is used while this one doesn't work.
        fallback_after: how long it must not have worked for that.
        expires_after: how long a message is tried; then it is given up, and named in the next one.
    """

    name: str
    type: str
    options: tuple[tuple[str, OptionValue], ...] = ()
    fallback: str | None = None
    fallback_after: Micros = 5 * MINUTE
    expires_after: Micros = DEFAULT_EXPIRES_AFTER

    def option(self, name: str) -> OptionValue | None:
        """What is given there; `None` where nothing is."""
        return next((value for key, value in self.options if key == name), None)
