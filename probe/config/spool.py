"""Where results wait on disk while the store takes none."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from probe.config.filling import Blame
from probe.config.sections import SpoolFields
from probe.model.sensitive import Sensitive
from probe.model.settings import SpoolSettings

SMALLEST: Final = 2**20

_SQLITE: Final = "sqlite:///"


def read_spool(said: SpoolFields, store: Sensitive, folder: Path, blame: Blame) -> SpoolSettings:
    """The meaning of the section. Unless told otherwise it lies beside an SQLite store's file, or beside the file of checks."""
    if said.directory is not None and "\0" in said.directory:
        blame(("spool", "directory"), "is no file name: it has a NUL character")
    if said.limit < SMALLEST:
        blame(("spool", "limit"), f"must be at least {SMALLEST // 2**20}MiB")
    url = store.reveal()
    usual = f"{url.removeprefix(_SQLITE)}-spool" if url.startswith(_SQLITE) else "probe-spool"
    return SpoolSettings(directory=str(folder / (said.directory or usual)), limit=said.limit)
