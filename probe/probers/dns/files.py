"""What this machine's own files say of names, read again when they change."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

_T = TypeVar("_T")

_CHECKED_EVERY: Final = 3.0
"""Seconds between two looks at a file."""

Hosts: TypeAlias = dict[str, tuple[str, ...]]
"""Names in lower case to their addresses."""


class Watched(Generic[_T]):
    """What a file says; an empty one's meaning where there is none."""

    def __init__(self, path: Path, read: Callable[[str], _T]) -> None:
        self._path = path
        self._read = read
        self._checked_at = float("-inf")
        self._stamp: tuple[int, int, int] | None = None
        self._content = read("")

    def content(self, now: float) -> _T:
        """What it says at `now`, in seconds of a monotonic clock."""
        if now - self._checked_at >= _CHECKED_EVERY:
            self._checked_at = now
            self._look()
        return self._content

    def _look(self) -> None:
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        try:
            text = self._path.read_text("utf-8", "replace")
        except OSError:
            stamp, text = None, ""
        self._stamp, self._content = stamp, self._read(text)

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


def read_hosts(text: str) -> Hosts:
    """The names of a hosts(5) file."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        spelt, *names = line.partition("#")[0].split() or [""]
        if address := _address(spelt):
            for name in names:
                known = found.get(name.lower(), ())
                found[name.lower()] = known if address in known else (*known, address)
    return found


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
