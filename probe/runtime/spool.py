"""Results on disk while the store takes none: in segments, oldest first.

Of a segment the evidence lies in a file of its own, so that in want of room it goes before any result does.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final, Self

import structlog

from probe.model.errors import ConfigurationError
from probe.model.result import Result
from probe.model.settings import SpoolSettings
from probe.model.units import format_size
from probe.runtime.runs import Run
from probe.runtime.segments import Segment, count_lines
from probe.runtime.spool_lines import evidence_of, lines_of

_NAME: Final = re.compile(r"(\d{8,18})\.(results|evidence)", re.ASCII)
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

_log = structlog.get_logger("probe.spool")


class SpoolFailed(Exception):  # it is an outcome that the writer is ready for
    """The disk did not take what was to be kept; nothing of it was."""


class Spool:
    """One directory of segments, for one process at a time.

    Every method blocks on the disk, and any thread may call it.

    Attributes:
        directory: where it is.
        lines: results and runs in it.
        size: bytes that it takes.
    """

    def __init__(self, directory: Path, limit: int, lock: int) -> None:
        self.directory = directory
        self.lines = 0
        self.size = 0
        self._limit = limit
        self._lock_file = lock
        self._lock = Lock()
        self._segments: deque[Segment] = deque()
        self._is_open = False
        self._last = 0

    @classmethod
    def open(cls, settings: SpoolSettings) -> Self:
        """The spool, with what an earlier process left in it.

        Raises:
            ConfigurationError: the directory can't be used, or another process uses it.
        """
        directory = Path(settings.directory)
        try:
            _make(directory)
            lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _take(lock, directory)
                spool = cls(directory, settings.limit, lock)
                spool._find_segments()
            except BaseException:
                os.close(lock)
                raise
        except OSError as error:
            raise ConfigurationError(
                f"the spool {directory} can't be used: {error.filename or directory}: {error.strerror}; "
                "mend that, or name another one with spool.directory"
            ) from None
        return spool

    def append(self, results: Sequence[Result], runs: Sequence[Run] = ()) -> None:
        """Put all of it on the disk, behind what is there. In want of room the oldest evidence makes it.

        Raises:
            SpoolFailed: none of it is there.
        """
        lines, evidence = lines_of(results, runs), evidence_of(results)
        with self._lock:
            if evidence:
                self._append_evidence(b"".join(evidence))
            while True:
                segment = self._current()
                was_new = not segment.size
                error = self._append_lines(segment, lines)
                if error is None:
                    break
                is_room_made = error.errno in _NO_ROOM and self._drop_oldest_evidence()
                if was_new and not is_room_made:
                    raise SpoolFailed(error.strerror)
            self._is_open = not segment.is_full

    def set_aside(self, runs: Sequence[Run]) -> Segment:
        """Put runs into a segment that only another process will find: this one has them in memory too.

        Raises:
            SpoolFailed: none of it is there.
        """
        data = b"".join(lines_of((), runs))
        with self._lock:
            self._last += 1
            segment = Segment(self.directory, self._last)
            try:
                self._append(segment.results_file, data, size=0)
            except OSError as error:
                raise SpoolFailed(error.strerror) from None
            segment.size = len(data)
            return segment

    def oldest(self) -> Segment | None:
        """The first segment, which gets nothing more; `None` when there is none."""
        with self._lock:
            if len(self._segments) == 1:
                self._is_open = False
            return self._segments[0] if self._segments else None

    def remove(self, segment: Segment) -> None:
        """Delete a segment whose results are stored. One that can't be deleted comes back at the next start, and does no harm."""
        with self._lock:
            if segment in self._segments:
                self._segments.remove(segment)
            self.lines -= segment.lines
            self.size -= segment.size + segment.evidence_size
            try:
                if segment.is_unreadable:
                    segment.results_file.rename(segment.results_file.with_suffix(".unreadable"))
                segment.evidence_file.unlink(missing_ok=True)
                segment.results_file.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("a spooled file can't be deleted", file=str(segment.results_file), why=error.strerror)

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._lock_file)

    def _find_segments(self) -> None:
        """What an earlier process left; evidence without results is of a moment in which that was killed."""
        files = [
            (int(name[1]), name[2], file) for file in self.directory.iterdir() if (name := _NAME.fullmatch(file.name))
        ]
        found = {number: file for number, kind, file in files if kind == "results" and file.stat().st_size}
        for number, _, file in files:
            if number not in found:
                file.unlink()
        for number in sorted(found):
            segment = Segment(self.directory, number, count_lines(found[number]), found[number].stat().st_size)
            with suppress(FileNotFoundError):
                segment.evidence_size = segment.evidence_file.stat().st_size
            self._segments.append(segment)
            self._last = number
            self.lines += segment.lines
            self.size += segment.size + segment.evidence_size

    def _append_lines(self, segment: Segment, lines: Sequence[bytes]) -> OSError | None:
        data = b"".join(lines)
        try:
            self._append(segment.results_file, data, segment.size)
        except OSError as error:
            self._give_up(segment)
            return error
        segment.size += len(data)
        segment.lines += len(lines)
        self.lines += len(lines)
        return None

    def _append_evidence(self, data: bytes) -> None:
        """The newest is asked for first, so older makes room for it; where there is none, it is dropped itself."""
        segment = self._current()
        while True:
            try:
                self._append(segment.evidence_file, data, segment.evidence_size)
            except OSError as error:
                if error.errno in _NO_ROOM and self._drop_oldest_evidence():
                    continue
                _log.warning("evidence could not be kept", directory=str(self.directory), why=error.strerror)
            else:
                segment.evidence_size += len(data)
            return

    def _append(self, file: Path, data: bytes, size: int) -> None:
        """Add to a file that has this size, all or nothing, and wait until the disk has it."""
        if self.size + len(data) > self._limit:
            raise OSError(errno.ENOSPC, f"its limit of {format_size(self._limit)} is reached")
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_size != size:
                raise OSError(errno.EIO, "somebody else has changed it")
            _write(descriptor, data, size)
        finally:
            os.close(descriptor)
        if size == 0:
            _sync_directory(self.directory)
        self.size += len(data)

    def _current(self) -> Segment:
        """The segment that is written to; a new one where there is none."""
        if not self._is_open:
            with suppress(OSError):
                _make(self.directory)  # somebody may have tidied up
            self._last += 1
            self._segments.append(Segment(self.directory, self._last))
            self._is_open = True
        return self._segments[-1]

    def _give_up(self, segment: Segment) -> None:
        """Write no more to a segment that failed; forget it where nothing is in it."""
        self._is_open = False
        if not segment.size:
            self._drop_evidence(segment)
            with suppress(OSError):
                segment.results_file.unlink(missing_ok=True)
            self._segments.remove(segment)

    def _drop_oldest_evidence(self) -> bool:
        """Whether there was any."""
        for segment in self._segments:
            if segment.evidence_size and self._drop_evidence(segment):
                _log.warning("evidence was dropped to make room for results", file=str(segment.evidence_file))
                return True
        return False

    def _drop_evidence(self, segment: Segment) -> bool:
        try:
            segment.evidence_file.unlink(missing_ok=True)
        except OSError:
            return False
        self.size -= segment.evidence_size
        segment.evidence_size = 0
        return True


def _make(directory: Path) -> None:
    """Make it where it isn't there, and have the disk know its name."""
    directory.mkdir(mode=0o700, exist_ok=True)
    with suppress(PermissionError):  # what may not be read can't be synced
        _sync_directory(directory.parent)


def _take(lock: int, directory: Path) -> None:
    """Lock the directory for this process; the lock ends with it, however it ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(lock, 20, 0).decode(errors="replace").strip()
        raise ConfigurationError(
            f"the spool {directory} is in use by another probe (process {owner}); "
            "stop that one, or give this one a spool of its own with spool.directory"
        ) from None
    with suppress(OSError):  # on a full disk the lock holds without a name
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)


def _write(descriptor: int, data: bytes, size: int) -> None:
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
