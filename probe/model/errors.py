"""Every exception that leaves a room.

    ProbeError                  exit status
    ├── ConfigurationError      2   the file, a secret, a folder or a port is wrong: nothing was started
    └── StoreError              3   the store can't be used
        ├── StoreUnreachable        it isn't there, or doesn't answer
        ├── StoreTooOld             it was made by an earlier version of probe, and not upgraded yet
        ├── StoreTooNew             it was written by a later version of probe
        ├── ResultsLost             it did not take everything that was measured
        └── LeaseLost               another process decides about alerts by now

A failure of a *target* is none of these: it is data (`model.sample.Failure`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


class ProbeError(Exception):
    """The root: a fault a person can do something about, told in one line."""

    exit_status: ClassVar[int] = 4


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One mistake in a configuration file.

    Attributes:
        file: the file as the user named it.
        line: 1-based; 0 when the mistake has no place in the text.
        column: 1-based; 0 when the mistake has no place in the text.
        path: the way to the value, such as `apis.orders.checks.list.timeout`; empty for the whole file.
        message: what is wrong, why, and what to do.
    """

    file: str
    line: int = 0
    column: int = 0
    path: str = ""
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (where, self.path, self.message) if part)


class ConfigurationError(ProbeError):
    """What the user asked for can't be done as written; `problems` holds every reason at once."""

    exit_status = 2

    def __init__(self, problems: tuple[Problem, ...] | str) -> None:
        self.problems = () if isinstance(problems, str) else problems
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, problems)))


class StoreError(ProbeError):
    """The store can't be used."""

    exit_status = 3


class StoreUnreachable(StoreError):
    """The store isn't there, is locked by somebody else, or doesn't answer."""


class StoreTooOld(StoreError):
    """The store's schema is one of an earlier version: `probe db upgrade` brings it up to date."""


class StoreTooNew(StoreError):
    """The store's schema is one this version doesn't know: written by a later one."""


class ResultsLost(StoreError):
    """The daemon has ended, and the store had not taken everything by then."""


class LeaseLost(StoreError):
    """Another process holds the lease of deciding about alerts: nothing of what this one decided was stored."""
