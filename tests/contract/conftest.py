"""The same suite over every store: an SQLite file, and a database of a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from probe.model.sensitive import Sensitive
from probe.store import Store, open_store


@pytest.fixture
def opened(url: Sensitive) -> Iterator[Callable[[], Store]]:
    """Opens the store again and again; all are closed at the end."""
    stores: list[Store] = []

    def another() -> Store:
        stores.append(open_store(url))
        return stores[-1]

    yield another
    for store in stores:
        store.close()


@pytest.fixture
def store(opened: Callable[[], Store]) -> Store:
    """A new store."""
    return opened()
