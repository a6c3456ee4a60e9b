"""A store's URL: what may be opened, how it is named to people, and what must never be shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from probe.model.errors import ConfigurationError
from probe.model.sensitive import MASK, Redactor, Sensitive

_POSTGRESQL: Final = ("postgresql", "postgres")
_CREDENTIALS: Final = re.compile(r"^([\w+]*:/+)?.*@", re.DOTALL)
_SHORTEST: Final = 4  # characters; masking less would only make a message unreadable
_FORMS: Final = "write sqlite:///FILE or postgresql://USER@HOST/DATABASE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a store is.

    Attributes:
        url: with the password, and with the driver that is used.
        name: the store as messages call it: without password and options.
        redactor: masks what the driver may quote of the URL's secrets.
    """

    url: URL = field(repr=False)
    name: str
    redactor: Redactor

    @property
    def file(self) -> Path | None:
        """The file of an SQLite store."""
        is_sqlite = self.url.get_backend_name() == "sqlite"
        return Path(self.url.database) if is_sqlite and self.url.database else None


def parse_address(text: Sensitive) -> Address:
    """The address that a URL names.

    Raises:
        ConfigurationError: it is no URL, or not one of a store that probe knows.
    """
    name = _name(text)
    try:
        url = make_url(text.reveal())
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ConfigurationError(f'store "{name}" is not a URL: {_FORMS}') from None
    if backend == "sqlite":
        return Address(url=_sqlite(url, name), name=name, redactor=Redactor())
    if url.drivername not in (*_POSTGRESQL, "postgresql+psycopg"):
        raise ConfigurationError(f"store {name}: probe keeps its results in no such thing; {_FORMS}")
    return Address(
        url=url.set(drivername="postgresql+psycopg"),
        name=name,
        redactor=Redactor.of(_secrets(url, text.shown)),
    )


def _name(text: Sensitive) -> str:
    """Everything before the last @ is masked, for a malformed URL may have its password anywhere there."""
    shown = text.shown
    if not shown.startswith("sqlite:"):
        shown = _CREDENTIALS.sub(rf"\1{MASK}@", shown)
    return shown.partition("?")[0]


def _sqlite(url: URL, name: str) -> URL:
    if url.drivername not in ("sqlite", "sqlite+pysqlite") or url.query:
        raise ConfigurationError(f"store {name}: SQLite takes a file and no options; {_FORMS}")
    if not url.database or url.database == ":memory:":
        raise ConfigurationError(f"store {name} names no file, so it would keep nothing; {_FORMS}")
    return url


def _secrets(url: URL, shown: str) -> list[str]:
    """Every password, and any other part of the URL that the user didn't write out, if it is long enough to be one."""
    parts = {"username": url.username, "password": url.password, "host": url.host}
    options = {key: values[0] for key, values in url.normalized_query.items()}
    return [
        part
        for key, part in {**options, **parts, "database": url.database}.items()
        if part and ("password" in key or (len(part) >= _SHORTEST and part not in shown))
    ]
