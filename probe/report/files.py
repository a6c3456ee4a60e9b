"""Pages to files: whole or not at all, only where something changed, and nothing of anybody else's touched."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from probe.model.errors import ConfigurationError
from probe.report.contents import Page
from probe.report.rendering import render

MANIFEST: Final = ".probe-site.json"
"""Beside the pages: which files are the site's own, so that only those are ever removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How many pages had changed and were written, were left alone because nothing had changed, and were removed."""

    changed: int
    unchanged: int
    removed: int

    @property
    def total(self) -> int:
        """How many pages the site has."""
        return self.changed + self.unchanged


def check_writable(directory: Path) -> None:
    """Proves that a site can be written here; makes the directory when it is missing, and leaves nothing in it.

    Raises:
        ConfigurationError: it can't; the message says why, and what to do.
    """
    with _refusing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        trial = _temporary(directory / MANIFEST)
        trial.write_bytes(b"")
        trial.unlink()


def write(directory: Path, pages: Iterable[Page]) -> Written:
    """Brings the directory up to date.

    1. The manifest names every page, old and new, before any is written: a crash leaves none without an owner.
    2. Each page that differs from its file replaces it by an atomic rename.
    3. Pages that are no longer part of the site are removed, and the manifest forgets them.

    Raises:
        ConfigurationError: the directory can't be written.
        ValueError: a page's path would leave the directory; nothing was written.
    """
    wanted = {page.path: page for page in pages}
    targets = {path: _inside(directory, path) for path in wanted}
    with _refusing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        known = _read_manifest(directory)
        _write_manifest(directory, known | wanted.keys())
    changed = sum(_update(directory, targets[path], page) for path, page in wanted.items())
    with _refusing(directory):
        removed = sum(_remove(directory, path) for path in sorted(known - wanted.keys()))
        _write_manifest(directory, set(wanted))
    return Written(changed=changed, unchanged=len(wanted) - changed, removed=removed)


def write_files(directory: Path, contents: Mapping[str, str]) -> int:
    """Writes files that are no pages of the site, each by an atomic rename; how many had changed.

    Raises:
        ConfigurationError: the directory can't be written.
    """
    with _refusing(directory):
        directory.mkdir(parents=True, exist_ok=True)
        return sum(_replace(directory / name, content) for name, content in contents.items())


def _inside(directory: Path, path: str) -> Path:
    """The page's file; links on the way are followed first, so that none leads elsewhere."""
    parts = PurePosixPath(path).parts
    target = directory.joinpath(*parts)
    plain = parts and ".." not in parts and not PurePosixPath(path).is_absolute()
    if not plain or "\0" in path or not target.parent.resolve().is_relative_to(directory.resolve()):
        raise ValueError(f"the page {path!r} would leave the report directory")
    return target


def _update(directory: Path, target: Path, page: Page) -> bool:
    """Whether the page's file had to be written. A page that can't be rendered is no fault of the directory."""
    content = render(page)
    with _refusing(directory):
        return _replace(target, content)


def _replace(target: Path, content: str) -> bool:
    """Whether the file had to be written."""
    encoded = content.encode()
    with suppress(FileNotFoundError):
        if target.read_bytes() == encoded:
            return False
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(target)
    try:
        temporary.write_bytes(encoded)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def _remove(directory: Path, path: str) -> bool:
    """Whether there was such a page; a folder that it leaves empty goes too."""
    with suppress(ValueError, FileNotFoundError):
        target = _inside(directory, path)
        target.unlink()
        with suppress(OSError):
            if target.parent != directory:
                target.parent.rmdir()
        return True
    return False


def _read_manifest(directory: Path) -> set[str]:
    """What the site owns; a manifest that can't be read owns nothing, so nothing is removed."""
    try:
        paths = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))["pages"]
        return {path for path in paths if isinstance(path, str) and path.endswith(".html")}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return set()


def _write_manifest(directory: Path, paths: set[str]) -> None:
    _replace(directory / MANIFEST, json.dumps({"pages": sorted(paths)}, indent=0) + "\n")


def _temporary(target: Path) -> Path:
    """In the same directory, for a rename is atomic only within one file system; one for each process."""
    return target.with_name(f".{target.name}.{os.getpid()}.part")


@contextmanager
def _refusing(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise ConfigurationError(
            f"the report directory {directory} can't be written ({why}); "
            "make it writable for this user, or name another under report.directory"
        ) from error
