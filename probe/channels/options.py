"""A channel's options by their types; loading has seen to it that each is of its kind."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from probe.model.channel import ChannelSettings
from probe.model.sensitive import Sensitive
from probe.model.units import Micros

_LARGEST_PEM: Final = 1 << 20
"""Bytes."""


def text(settings: ChannelSettings, name: str) -> str | None:
    """What a text, a choice, a file or a path says; `None` where nothing is given."""
    value = settings.option(name)
    return value if isinstance(value, str) else None


def sensitive(settings: ChannelSettings, name: str) -> Sensitive | None:
    """A secret or a URL; `None` where none is given."""
    value = settings.option(name)
    return value if isinstance(value, Sensitive) else None


def duration(settings: ChannelSettings, name: str) -> Micros:
    """A duration that has a default."""
    value = settings.option(name)
    if not isinstance(value, int):
        raise TypeError(f"{settings.type}.{name} is no duration")
    return value


def headers(settings: ChannelSettings, name: str) -> tuple[tuple[str, Sensitive], ...]:
    """Names with values; none where none are given."""
    value = settings.option(name)
    if not isinstance(value, tuple):
        return ()
    return tuple((item[0], item[1]) for item in value if isinstance(item, tuple))


def pem_of(path: str) -> bytes:
    """What a PEM file holds.

    Raises:
        OSError: it can't be read, is none (a device or a pipe would be read for ever), or is larger than 1 MiB.
    """
    file = Path(path)
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no regular file")
    with file.open("rb") as opened:
        content = opened.read(_LARGEST_PEM + 1)
    if len(content) > _LARGEST_PEM:
        raise OSError(errno.EFBIG, "it is larger than 1 MiB")
    return content
