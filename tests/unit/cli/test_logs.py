"""The log, on a terminal and in a file."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from probe.cli.logs import configure


@pytest.fixture
def logged() -> Iterator[None]:
    """Leaves logging as it was."""
    before = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.getLogger().handlers[:], _ = before
    logging.getLogger().setLevel(before[1])
    structlog.reset_defaults()


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.usefixtures("logged")
def test_what_files_say_does_nothing_to_a_terminal(log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(log_format)
    structlog.get_logger().error("not reloaded", why='unknown key "\x1b[2J\u202e"', many=3)
    told = capsys.readouterr().err
    assert "unknown key" in told
    assert "3" in told
    assert "\x1b" not in told
