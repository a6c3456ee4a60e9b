"""Runs that are set aside on a real disk."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from probe.model.sample import FailureKind
from probe.model.settings import SpoolSettings
from probe.runtime.aside import Aside
from probe.runtime.runs import Run, Runs
from probe.runtime.spool import Spool


def missed(check: str) -> Run:
    return Run(check, "default", "d1", FailureKind.NOT_RUNNING, first=0, step=60, slots=100)


async def test_what_a_full_disk_did_not_take_is_set_aside_as_soon_as_it_does(tmp_path: Path) -> None:
    runs = Runs()
    with closing(Spool.open(SpoolSettings(directory=str(tmp_path / "spool"), limit=200))) as spool:
        aside = Aside(spool)
        runs.add(missed("shop/home"))
        await aside.hold(runs)
        runs.add(missed("shop/list"))
        runs.add(missed("shop/cart"))
        await aside.hold(runs)
        spool._limit = 3_000
        await aside.hold(runs)
        (file,) = spool.directory.glob("*.results")
        assert [line.count(b"shop/") for line in file.read_bytes().splitlines()] == [1, 1, 1]
        await aside.release()
        assert not [*spool.directory.glob("*.results")]
        assert spool.size == 0
