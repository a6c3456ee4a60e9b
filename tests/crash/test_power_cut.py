"""The power fails at any moment: what was recorded is there, and nothing by halves."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest

from probe.model.errors import StoreError
from probe.model.sensitive import Sensitive
from probe.store import Store, open_store
from tests.crash.disk import Operation, after_the_cut, said
from tests.crash.recording import BATCHES, CHECKS, batch
from tests.crash.stage import SEED, expect_sound, log, rounds
from tests.crash.tracing import traced

CUTS: Final = 10 * rounds(30)
EVER: Final = 2**40
MEMORY: Final = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Here the disk is made up: there is no need to wait for a real one."""

pytestmark = pytest.mark.timeout(60 + CUTS)


def test_what_was_recorded_before_a_power_cut_is_there_and_nothing_by_halves(folder: Path) -> None:
    history = traced(folder, "tests.crash.recording", f"sqlite:///{folder}/probe.db")
    assert len(said(history)) == 2 * BATCHES
    random = Random(SEED)
    for _ in range(CUTS):
        moment = random.randrange(len(history))
        with restarted(folder, history[:moment], random) as store:
            there = slots(store)
            assert set(map(int, said(history[:moment]))) <= there
            assert [store.record(batch(number)).stored for number in there] == [0] * len(there)
            assert store.record(batch(2 * BATCHES)).stored == CHECKS
    log.info("%d power cuts in %d operations, seed %d", CUTS, len(history), SEED)


@pytest.mark.parametrize("level", ["OFF", "NORMAL"])
def test_a_weaker_setting_would_be_found_out(folder: Path, level: str) -> None:
    history = traced(folder, "tests.crash.recording", f"sqlite:///{folder}/probe.db", f"synchronous = {level}")
    random = Random(SEED)
    assert any(loses(folder, history[: random.randrange(len(history))], random) for _ in range(300))


def loses(folder: Path, history: list[Operation], random: Random) -> bool:
    """Whether a recorded batch is gone, or the whole file damaged."""
    try:
        with restarted(folder, history, random) as store:
            return not set(map(int, said(history))) <= slots(store)
    except (sqlite3.DatabaseError, StoreError, AssertionError):
        return True


@contextmanager
def restarted(folder: Path, history: list[Operation], random: Random) -> Iterator[Store]:
    """The store as probe finds it when the power is back."""
    with TemporaryDirectory(prefix="probe-cut-", dir=MEMORY) as place:
        for path, content in after_the_cut(history, random).items():
            (Path(place) / path.relative_to(folder)).write_bytes(content)
        with open_store(Sensitive.plain(f"sqlite:///{place}/probe.db")) as store:
            expect_sound(Path(place) / "probe.db")
            yield store


def slots(store: Store) -> set[int]:
    """Those that every check has; none has another."""
    found = [{record.scheduled_at for record in store.records(f"api/{n}", start=0, end=EVER)} for n in range(CHECKS)]
    assert all(own == found[0] for own in found)
    return found[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Empty."""
    made = tmp_path / "folder"
    made.mkdir()
    return made
