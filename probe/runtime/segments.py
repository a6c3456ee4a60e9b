"""The spool's files: what is read from them, and what of it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import structlog

from probe.model.result import Result, Transcript
from probe.runtime.spool_lines import Damaged, Key, key_of, read_evidence, read_line
from probe.runtime.threads import considerately

FULL: Final = 8 << 20
"""Bytes from which on a segment is full. Room is won back by whole ones."""

AT_ONCE: Final = 20
"""Results that are read before others have their turn: half a millisecond."""

_MOST_TOLD: Final = 10
"""Damaged lines of one file that are told one by one."""

_log = structlog.get_logger("probe.spool")


@dataclass(slots=True)
class Segment:
    """A part of the spool: a file of results and, where there is any, one of their evidence.

    Attributes:
        lines: of the file of results, as far as they are known to have been written.
        size, evidence_size: bytes.
        lost: results that were there and can't be read; known once all is read.
        is_unreadable: the disk did not give it all, or another version of probe wrote some of it; so it is not deleted.
    """

    directory: Path
    number: int
    lines: int = 0
    size: int = 0
    evidence_size: int = 0
    lost: int = 0
    is_unreadable: bool = False

    @property
    def results_file(self) -> Path:
        """The file of results and runs."""
        return self.directory / f"{self.number:08}.results"

    @property
    def evidence_file(self) -> Path:
        """The file of their transcripts."""
        return self.directory / f"{self.number:08}.evidence"

    @property
    def is_full(self) -> bool:
        """Whether the next results go into another one."""
        return max(self.size, self.evidence_size) >= FULL

    def batches(self, most: int) -> Iterator[list[Result]]:
        """Everything in it, in order, so many results at a time, each with its evidence if that is still there."""
        transcripts = dict(self._transcripts())
        results = (
            replace(result, transcript=transcript) if (transcript := transcripts.get(key_of(result))) else result
            for result in considerately(self._results(), every=AT_ONCE)
        )
        while batch := list(islice(results, most)):
            yield batch

    def _results(self) -> Iterator[Result]:
        seen = 0
        for seen, line in enumerate(self._lines(self.results_file), start=1):
            try:
                yield from read_line(line)
            except ValueError as error:
                self.lost += 1
                self.is_unreadable |= not isinstance(error, Damaged)
                if self.lost <= _MOST_TOLD:
                    _tell_loss(self.results_file, 1, line=seen, why=str(error))
        if gone := max(0, self.lines - seen):
            self.lost += gone
            _tell_loss(self.results_file, gone, why="the file ends too early")

    def _transcripts(self) -> Iterator[tuple[Key, Transcript]]:
        for line in self._lines(self.evidence_file):
            with suppress(ValueError):  # evidence is the first that may go
                yield read_evidence(line)

    def _lines(self, file: Path) -> Iterator[bytes]:
        try:
            with file.open("rb") as lines:
                yield from lines
        except FileNotFoundError:
            pass
        except OSError as error:
            self.is_unreadable = True
            _log.error("the spool can't be read", file=str(file), why=error.strerror)


def _tell_loss(file: Path, lost: int, *, why: str, line: int | None = None) -> None:
    place = {} if line is None else {"line": line}
    _log.error("spooled results can't be read and are lost", lost=lost, file=str(file), **place, why=why)


def count_lines(file: Path) -> int:
    """Of a file that may be large; one that was torn off counts too."""
    with file.open("rb") as lines:
        return sum(1 for _ in lines)
