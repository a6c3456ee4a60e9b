"""Processes, found by where they work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def working_in(folder: Path) -> Iterator[int]:
    """The numbers of all processes whose current directory it is."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                yield int(process.name)
        except OSError:  # it has ended, or is somebody else's
            continue
