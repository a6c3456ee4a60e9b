"""What a process asks of its disk, in order, as `strace` sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

import pytest

from tests.crash.disk import Link, Operation, Rename, Said, Sync, SyncNames, Truncate, Unlink, Write

_UNDERSTOOD: Final = (
    "openat", "close", "lseek", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "mkdir", "rename", "unlink",
)  # fmt: skip
_FOREIGN: Final = (
    "open", "creat", "dup", "dup2", "dup3", "writev", "pwritev", "pwritev2", "truncate", "fallocate", "sendfile",
    "copy_file_range", "rmdir", "renameat", "renameat2", "unlinkat", "mkdirat", "link", "linkat", "symlink",
)  # fmt: skip
"""What may change the disk too, but isn't done today: it must not pass unnoticed."""

_CALL: Final = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)")
_CUT_SHORT: Final = re.compile(r"^(\d+) +(.*) <unfinished \.\.\.>$")
_RESUMED: Final = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")


def traced(folder: Path, module: str, *arguments: str) -> list[Operation]:
    """Run `python -m module`, and say what it did in a folder and what it told on the way.

    Skips the test where `strace` is not there or may not look.
    """
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not here: no power cut can be simulated. To run it: sudo apt-get install strace")
    trace = folder.with_name(f"{folder.name}.strace")
    calls = ",".join(f"?{name}" for name in _UNDERSTOOD + _FOREIGN)
    done = subprocess.run(
        [strace, "-f", "-qq", "-xx", "-s", "10000000", "-e", f"trace={calls}", "-e", "signal=none", "-o", str(trace),
         sys.executable, "-m", module, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ptrace" in done.stderr:
        pytest.skip(f"strace may not look here: {done.stderr.splitlines()[0]}")
    assert done.returncode == 0, done.stderr
    with trace.open() as lines:
        return list(_Reader(folder).read(lines))


@dataclass(slots=True)
class _Open:
    """A file descriptor; `file` is none for a directory."""

    path: PurePath
    file: int | None
    appends: bool
    position: int = 0


@dataclass(slots=True)
class _Reader:
    """Follows the file descriptors and names below a folder that was empty at first."""

    folder: PurePath
    files: dict[PurePath, int] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    open: dict[int, _Open] = field(default_factory=dict)

    def read(self, lines: Iterable[str]) -> Iterator[Operation]:
        for name, arguments, answer in _calls(lines):
            if answer < 0:
                continue
            paths = [path for path in map(_path, arguments) if path and path.is_relative_to(self.folder)]
            descriptor = self.open.get(int(arguments[0])) if arguments[0].isdecimal() else None
            if name == "write" and arguments[0] == "1":
                yield Said(_bytes(arguments[1]).decode().strip())
            elif name == "close":
                self.open.pop(int(arguments[0]), None)
            elif paths:
                yield from self._name(name, arguments, paths, answer)
            elif descriptor:
                yield from self._write(name, arguments, descriptor, answer)

    def _name(self, name: str, arguments: list[str], paths: list[PurePath], answer: int) -> Iterator[Operation]:
        match name:
            case "openat":
                yield from self._open(paths[0], arguments[2], answer)
            case "mkdir":
                yield Link(paths[0], None)
            case "unlink":
                del self.files[paths[0]]
                yield Unlink(paths[0])
            case "rename":
                self.files[paths[1]] = self.files.pop(paths[0])
                yield Rename(*paths)
            case _:
                raise NotImplementedError(f"{name} in the folder")

    def _open(self, path: PurePath, flags: str, descriptor: int) -> Iterator[Operation]:
        if path not in self.files and "O_CREAT" in flags:
            self.files[path] = len(self.sizes)
            self.sizes.append(0)
            yield Link(path, self.files[path])
        file = self.files.get(path)
        self.open[descriptor] = _Open(path, file, "O_APPEND" in flags)
        if file is not None and "O_TRUNC" in flags:
            yield self._resize(file, 0)

    def _write(self, name: str, arguments: list[str], opened: _Open, answer: int) -> Iterator[Operation]:
        file = opened.file
        match name:
            case "fsync" | "fdatasync":
                yield SyncNames(opened.path) if file is None else Sync(file)
            case "lseek":
                opened.position = answer
            case "write" if file is not None:
                offset = self.sizes[file] if opened.appends else opened.position
                opened.position = offset + answer
                yield self._put(file, offset, _bytes(arguments[1])[:answer])
            case "pwrite64" if file is not None:
                yield self._put(file, int(arguments[3]), _bytes(arguments[1])[:answer])
            case "ftruncate" if file is not None:
                yield self._resize(file, int(arguments[1]))
            case _:
                raise NotImplementedError(f"{name} of {opened.path}")

    def _put(self, file: int, offset: int, data: bytes) -> Write:
        self.sizes[file] = max(self.sizes[file], offset + len(data))
        return Write(file, offset, data)

    def _resize(self, file: int, size: int) -> Truncate:
        self.sizes[file] = size
        return Truncate(file, size)


def _calls(lines: Iterable[str]) -> Iterator[tuple[str, list[str], int]]:
    """Name, arguments and answer of each call, those that another thread's line cut in two as of their end."""
    begun: dict[str, str] = {}
    for line in lines:
        if cut := _CUT_SHORT.match(line):
            begun[cut[1]] = cut[2]
            continue
        resumed = _RESUMED.match(line)
        whole = f"{resumed[1]} {begun.pop(resumed[1])}{resumed[2]}" if resumed else line
        if call := _CALL.match(whole):
            yield call[1], call[2].split(", "), int(call[3])


def _bytes(argument: str) -> bytes:
    """A string as `strace -xx` writes it."""
    assert not argument.endswith("..."), "strace has cut it off"
    return bytes.fromhex(argument.strip('"').replace("\\x", ""))


def _path(argument: str) -> PurePath | None:
    return PurePath(os.fsdecode(_bytes(argument))) if argument.startswith('"\\x2f') else None
