"""The power fails while results are spooled: what was kept is there, and a torn line costs only itself."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePath
from random import Random
from tempfile import TemporaryDirectory

import pytest

from probe.model.result import Result
from probe.model.settings import SpoolSettings
from probe.runtime.spool import Spool
from tests.crash.disk import after_the_cut, said
from tests.crash.recording import batch
from tests.crash.spooling import BATCHES
from tests.crash.stage import SEED, log
from tests.crash.test_power_cut import CUTS, MEMORY
from tests.crash.tracing import traced

pytestmark = pytest.mark.timeout(60 + CUTS)


def test_what_was_spooled_before_a_power_cut_is_there_and_nothing_else(folder: Path) -> None:
    history = traced(folder, "tests.crash.spooling", str(folder / "spool"))
    random = Random(SEED)
    everything = {key(result): result for number in range(BATCHES) for result in batch(number)}
    for _ in range(CUTS):
        moment = random.randrange(len(history))
        kept, stored = told("kept", said(history[:moment])), told("stored", said(history[:moment]))
        found = {key(result): result for result in spooled(folder, after_the_cut(history[:moment], random))}
        for number in range(stored + 1, kept + 1):
            assert [found.get(key(result)) for result in batch(number)] == batch(number)
        for own, result in found.items():
            assert result in (everything[own], replace(everything[own], transcript=None))
    log.info("%d power cuts in %d operations, seed %d", CUTS, len(history), SEED)


def key(result: Result) -> tuple[str, int]:
    return result.check, result.scheduled_at


def told(what: str, lines: Iterable[str]) -> int:
    """The last number that was told of it."""
    return max((int(line.removeprefix(what)) for line in lines if line.startswith(what)), default=-1)


def spooled(folder: Path, image: dict[PurePath, bytes]) -> list[Result]:
    """What the spool holds when the power is back."""
    with TemporaryDirectory(prefix="probe-cut-", dir=MEMORY) as place:
        for path, content in image.items():
            file = Path(place) / path.relative_to(folder)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
        found = []
        with closing(Spool.open(SpoolSettings(directory=f"{place}/spool"))) as spool:
            while segment := spool.oldest():
                found += [result for part in segment.batches(1_000) for result in part]
                spool.remove(segment)
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Empty."""
    made = tmp_path / "folder"
    made.mkdir()
    return made
