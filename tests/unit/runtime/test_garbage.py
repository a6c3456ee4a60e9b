from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from probe.runtime.garbage import kept


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)
    assert gc.isenabled()


def test_what_was_made_is_never_looked_through_again() -> None:
    with kept():
        assert not gc.isenabled()
        made = [[number] for number in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(made)
    assert made[0] not in gc.get_objects()


def test_afterwards_the_collector_looks_seldom() -> None:
    with kept():
        pass
    assert gc.get_threshold()[0] >= 10_000


def test_when_making_fails_collecting_goes_on() -> None:
    before = gc.get_freeze_count()
    with pytest.raises(ValueError, match="a bad file"), kept():
        raise ValueError("a bad file")
    assert gc.isenabled()
    assert gc.get_freeze_count() == before
