from __future__ import annotations

from pathlib import Path

import pytest

from probe.cli.waiting import tell_waiting
from probe.model.settings import SpoolSettings


def test_results_that_wait_in_the_spool_are_told_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("00000001.results", "00000001.evidence", "00000002.results", "lock"):
        (tmp_path / name).touch()
    tell_waiting(SpoolSettings(directory=str(tmp_path)))
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"spool {tmp_path}: 2 files of results that the daemon has yet to store\n"


@pytest.mark.parametrize("is_there", [True, False])
def test_an_empty_spool_is_not_worth_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], is_there: bool) -> None:
    tell_waiting(SpoolSettings(directory=str(tmp_path)) if is_there else None)
    tell_waiting(SpoolSettings(directory=str(tmp_path / "missing")))
    assert capsys.readouterr() == ("", "")
