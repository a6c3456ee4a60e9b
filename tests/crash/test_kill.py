"""`kill -9`, again and again, at moments that nobody chose."""

from __future__ import annotations

from typing import Final

import pytest

from probe.model.units import SECOND
from tests.crash.stage import Stage, rounds

LONGEST_LIFE: Final = 3.0
"""Seconds of measuring. In the first each check has its first result, and that is stored at once."""

LONGEST_START: Final = 1.2
"""Seconds in which a daemon that is to be killed before it measures has begun to, or not."""

STARTS: Final = 0.2
ENDS: Final = 0.15
"""The shares of kills that come while a daemon starts or ends."""

USUAL: Final = 5

LONG_AGO: Final = 1_000 * SECOND
"""The slots since then are many transactions."""

pytestmark = pytest.mark.timeout(300 + 6 * rounds(USUAL))


async def test_kills_at_random_moments_lose_at_most_the_last_second(stage: Stage) -> None:
    random = stage.random
    for _ in range(rounds(USUAL)):
        if random.random() < STARTS:
            await stage.live(random.uniform(0.0, LONGEST_START), measuring=False)
        else:
            ending = random.uniform(0.0, 0.5) if random.random() < ENDS else None
            await stage.live(random.uniform(0.0, LONGEST_LIFE), ending=ending)
        stage.look()
    await stage.die_of_old_age()
    await stage.expect_all_promises_kept()


async def test_kills_while_the_store_is_made_leave_one_that_the_next_start_completes(stage: Stage) -> None:
    for _ in range(max(2, rounds(0) // 4)):
        await stage.live(stage.random.uniform(0.2, LONGEST_START), measuring=False)
        stage.look()
    await stage.die_of_old_age(after=1)
    await stage.expect_all_promises_kept()


async def test_a_kill_while_a_long_gap_is_filled_leaves_no_hole(stage: Stage) -> None:
    stage.begin_long_ago(LONG_AGO)
    for _ in range(max(1, rounds(0) // 10)):
        await stage.live(stage.random.uniform(0.0, 1.5))
        stage.look()
    await stage.die_of_old_age()
    await stage.expect_all_promises_kept()
