"""An SQLite store's files, as they were when it was opened: what goes into a file that was deleted since is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, TypeAlias

Identity: TypeAlias = tuple[int, int]
"""Device and inode."""

COMPANIONS: Final = ("-wal", "-shm")
"""What SQLite keeps beside the file."""


class Files:
    """The file and its companions; none of a server. A look at them takes some microseconds."""

    def __init__(self, paths: tuple[str, ...]) -> None:
        self._paths = paths
        self._seen: list[Identity | None] = [None] * len(paths)

    @classmethod
    def of(cls, file: Path | None) -> Files:
        """Those of an SQLite store. Only the file itself is known yet: who closes last takes the companions along, until we write."""
        files = cls((str(file), *(f"{file}{suffix}" for suffix in COMPANIONS)) if file else ())
        if file:
            files._seen[0] = identity(str(file))
        return files

    @property
    def file(self) -> Identity | None:
        """The file itself, as it was when it was opened."""
        return self._seen[0]

    @property
    def is_back(self) -> bool:
        """Whether the very same file is where it was. Its companions are its own then, and may be in use by another process."""
        return bool(self._paths) and self.file is not None and identity(self._paths[0]) == self.file

    def note(self) -> None:
        """Remember those that were not there before."""
        for number, path in enumerate(self._paths):
            if self._seen[number] is None:
                self._seen[number] = identity(path)

    def change(self) -> str | None:
        """What became of one that was there, `None` if all are where they were."""
        for path, seen in zip(self._paths, self._seen, strict=True):
            if seen is not None and (found := identity(path)) != seen:
                return f"{path} was {'replaced' if found else 'deleted'} while it was in use"
        return None

    def clear_companions(self) -> str | None:
        """Removes those of the file that was here, once they hold nothing: SQLite would take them for the next one's.

        The path of one that does hold something, if there is one.
        """
        log, index = self._paths[1:]
        if self._is_ours(log) and os.stat(log).st_size:  # noqa: PTH116
            return log
        for path in filter(self._is_ours, (log, index)):
            Path(path).unlink()
        return None

    def _is_ours(self, path: str) -> bool:
        seen = self._seen[self._paths.index(path)]
        return seen is not None and seen == identity(path)


def identity(path: str) -> Identity | None:
    """Of a file, `None` where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  # this often, a `Path` would cost more than the look
    except OSError:
        return None
    return found.st_dev, found.st_ino
