"""Each thing that is warned of has a file in `tests/configs/warned/`, and beside it the exact message."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.load import loads

WARNED = Path(__file__).parents[2] / "configs" / "warned"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
FILES = sorted(WARNED.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_loads_and_says_what_is_hardly_meant(file: Path) -> None:
    settings = loads(file.read_bytes(), file="checks.yaml", environment={"SECRET": SECRET}, folder=WARNED)
    assert list(settings.warnings) == file.with_suffix(".expected").read_text().splitlines()


def test_no_file_and_no_expectation_stands_alone() -> None:
    assert FILES
    assert {file.stem for file in FILES} == {file.stem for file in WARNED.glob("*.expected")}
