"""A process that spools batches, and tells of each once it is kept: `python -m tests.crash.spooling DIRECTORY`."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

from probe.model.settings import SpoolSettings
from probe.runtime.spool import Spool
from tests.crash.recording import CHECKS, batch

BATCHES: Final = 60
SEGMENT: Final = 4
"""Batches until the store comes back, takes the oldest segment, and is away again."""


def _spool(directory: Path) -> None:
    settings = SpoolSettings(directory=str(directory))
    with closing(Spool.open(settings)) as spool:
        for number in range(BATCHES):
            spool.append(batch(number))
            _tell("kept", number)
            if number % SEGMENT == SEGMENT - 1 and (segment := spool.oldest()):
                stored = [result for part in segment.batches(CHECKS) for result in part]
                _tell("stored", max((result.scheduled_at for result in stored), default=-1))
                spool.remove(segment)


def _tell(what: str, number: int) -> None:
    os.write(1, f"{what} {number}\n".encode())


if __name__ == "__main__":
    _spool(Path(sys.argv[1]))
