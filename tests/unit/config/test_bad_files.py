"""Every mistake has a file in `tests/configs/bad/`, and beside it the exact message."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.load import loads
from probe.model.errors import ConfigurationError

BAD = Path(__file__).parents[2] / "configs" / "bad"
FILES = sorted(BAD.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_names_the_mistake_its_place_and_what_to_do(file: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        loads(file.read_bytes(), file="checks.yaml", environment={"HOME": "/root"}, folder=BAD)
    assert str(raised.value) == file.with_suffix(".expected").read_text().rstrip("\n")
    assert raised.value.problems
    assert raised.value.exit_status == 2


def test_no_file_and_no_expectation_stands_alone() -> None:
    assert len(FILES) >= 40
    assert {file.stem for file in FILES} == {file.stem for file in BAD.glob("*.expected")}
