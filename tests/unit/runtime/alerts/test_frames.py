"""What goes through the pipes between daemon and alerter."""

from __future__ import annotations

import asyncio

import pytest

from probe.model.units import MINUTE
from probe.runtime.alerts.frames import Farewell, Pulse, Status, faults_of, pack, unpack
from tests.fakes.outbox import NOW

PULSE = Pulse(faults=("the scheduler does not tick",), has_ticked=True, stored=1, waiting=2)


async def test_frames_come_out_as_they_went_in() -> None:
    pipe = asyncio.StreamReader()
    pipe.feed_data(pack(PULSE) + pack(Farewell()))
    pipe.feed_eof()
    assert [await unpack(pipe) for _ in range(3)] == [PULSE, Farewell(), None]


@pytest.mark.parametrize("cut", [3, 8, 20])
async def test_a_frame_that_is_broken_off_is_the_end(cut: int) -> None:
    pipe = asyncio.StreamReader()
    pipe.feed_data(pack(PULSE)[:cut])
    pipe.feed_eof()
    assert await unpack(pipe) is None


def test_a_status_survives_its_line() -> None:
    status = Status(planned_at=NOW, firing={"critical": 2}, waiting={"hook": 1}, disabled={"hook": "410 Gone"})
    assert Status.parse(status.line()) == status
    with pytest.raises((ValueError, TypeError)):
        Status.parse(b'{"more": 1}\n')


def test_faults_are_said_in_sentences() -> None:
    status = Status(planned_at=NOW - MINUTE, oldest_due=NOW - 10 * MINUTE, undelivered=3, disabled={"hook": "410 Gone"})
    assert list(faults_of(status, now=NOW)) == [
        "the channel hook is disabled: 410 Gone",
        "no alerts were planned for 60 s",
        "messages wait to be sent for 600 s",
        "messages that reached nobody: 3",
    ]
    assert not list(faults_of(Status(planned_at=NOW), now=NOW))
