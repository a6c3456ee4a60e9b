"""A driver's exceptions, translated at the edge into one line: which store, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from probe.model.errors import StoreError, StoreUnreachable
from probe.store.address import Address

_LONGEST: Final = 300

_LOCKED: Final = "another process keeps it locked; wait for it, or stop it"
_ADVICE: Final = (
    ("database is locked", _LOCKED),
    ("lock timeout", _LOCKED),
    ("not a database", "the file is something else; name another store"),
    ("malformed", "the file is damaged; restore a backup, or name another store"),
    ("readonly", "allow this user to write the file and its directory"),
    ("read-only", "name a server that may be written to"),
    ("is full", "free some disk space"),
    ("No space left", "free some disk space"),
    ("unable to open", "allow this user to read and write the file and its directory"),
    ("password", "correct the user or the password in the store's URL"),
    ("does not exist", "create it, or correct the store's URL"),
    ("permission denied", "grant the rights to this user, or name another one"),
)
_DEFAULT_ADVICE: Final = "check that it runs and that the store's URL is right"


@contextmanager
def translated(address: Address) -> Iterator[None]:
    """Raises `StoreError` for what the store refused for good, `StoreUnreachable` for all that may pass.

    The driver's own exception is not chained: its text may quote more of the URL than may be shown.
    """
    try:
        yield
    except (IntegrityError, DataError, OverflowError) as error:  # SQLite's driver raises the last one by itself
        raise StoreError(f"store {address.name} refused a row: {_words(error, address)}") from None
    except SQLAlchemyError as error:
        words = _words(error, address)
        raise unreachable(address, words, _advice(words)) from None


def unreachable(address: Address, reason: str, advice: str) -> StoreUnreachable:
    """The exception that says it in one line."""
    return StoreUnreachable(f"store {address.name} can't be used: {reason}; {advice}")


def _advice(words: str) -> str:
    return next((advice for part, advice in _ADVICE if part in words), _DEFAULT_ADVICE)


def _words(error: Exception, address: Address) -> str:
    """The driver's own words on one line, without SQLAlchemy's statement and without secrets."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    line = " ".join(address.redactor.redact(str(cause)).split())
    return line[:_LONGEST].rstrip(".?")
