"""The disk fills up under load, and is given room again: what was measured meanwhile is there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest

from probe.model.sensitive import Sensitive
from tests.crash.stage import CHECKS, SEED, Stage
from tests.crash.target import answering

SIZE: Final = 4 << 20
REFUSED: Final = "the store takes no results"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 4 MiB."""
    place = tmp_path / "small"
    place.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], capture_output=True, text=True, check=False
    )
    if not made or made.returncode:
        pytest.skip(f"no file system may be mounted here: {made.stderr.strip() if made else 'mount is not here'}")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def stage(small_disk: Path, tmp_path: Path) -> Iterator[Stage]:
    """Only its store lies on the small disk."""
    with answering(tmp_path) as target:
        yield Stage(tmp_path, target, Sensitive.plain(f"sqlite:///{small_disk}/probe.db"), Random(SEED))


async def test_a_full_disk_costs_nothing_once_it_has_room_again(stage: Stage, small_disk: Path) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        filled = fill(small_disk)
        await running.says(REFUSED)
        await stage.measures(running, 4 * CHECKS)
        filled.unlink()
        await stage.measures(running, 4 * CHECKS)
        await stage.end(running)
    stage.expect_nothing_lost()


async def test_a_kill_on_a_full_disk_leaves_a_sound_store(stage: Stage, small_disk: Path) -> None:
    async with stage.daemon() as running:
        await stage.measures(running)
        filled = fill(small_disk)
        await running.says(REFUSED)
        stage.kill(running)
        await running.process.wait()
    filled.unlink()
    await stage.die_of_old_age()
    await stage.expect_all_promises_kept()


def fill(place: Path) -> Path:
    """A file that takes all the room there is."""
    file = place / "full"
    with file.open("wb", buffering=0) as written, suppress(OSError):
        while True:
            written.write(os.urandom(64 << 10))
    return file
