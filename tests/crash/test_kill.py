"""`kill -9`, again and again, at moments that nobody chose."""

from __future__ import annotations

from typing import Final

import pytest

from tests.crash.stage import Stage, rounds

LONGEST_LIFE: Final = 4.5
"""Seconds: one to begin measuring, one in which every check has its first result, and that is stored at once."""

SHUTDOWNS: Final = 0.15
"""The share of kills that come while a daemon ends."""

USUAL: Final = 8

pytestmark = pytest.mark.timeout(60 + 6 * rounds(USUAL))


async def test_kills_at_random_moments_lose_at_most_the_last_second(stage: Stage) -> None:
    for _ in range(rounds(USUAL)):
        is_ending = stage.random.random() < SHUTDOWNS
        life = stage.random.uniform(0.0, LONGEST_LIFE)
        await stage.live(life, ending=stage.random.uniform(0.0, 0.5) if is_ending else None)
        stage.look()
    await stage.die_of_old_age()
    await stage.expect_all_promises_kept()


async def test_kills_while_the_store_is_made_leave_one_that_the_next_start_completes(stage: Stage) -> None:
    for _ in range(max(3, rounds(0) // 4)):
        await stage.live(stage.random.uniform(0.2, 1.0))
        stage.look()
    await stage.die_of_old_age(after=1)
    await stage.expect_all_promises_kept()
