"""What daemon and alerter tell each other through the pipes between them: frames down, lines of JSON up."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, NamedTuple, TypeAlias

from probe.model.units import SECOND, Micros
from probe.runtime.alerts.job import AlertJob

LATEST_PLAN: Final[Micros] = 30 * SECOND
"""Without a plan for so long, planning is taken for stuck."""

LATEST_MESSAGE: Final[Micros] = 300 * SECOND
"""A message that should have been sent so long ago is taken for stuck."""

_LENGTH: Final = 8
"""Bytes before each frame that say how long it is."""


class Pulse(NamedTuple):
    """How the daemon is, every second.

    Attributes:
        faults: what is wrong, as /healthz says, but for those of the alerter.
        has_ticked: the scheduler ticks.
        stored: results since the start.
        waiting: results that are not stored yet.
    """

    faults: tuple[str, ...]
    has_ticked: bool
    stored: int
    waiting: int


class Farewell(NamedTuple):
    """The daemon ends: plan once more, send what is due, and end as well."""


Frame: TypeAlias = AlertJob | Pulse | Farewell


def pack(frame: Frame) -> bytes:
    """For the pipe."""
    content = pickle.dumps(frame)
    return len(content).to_bytes(_LENGTH, "big") + content


async def unpack(pipe: asyncio.StreamReader) -> Frame | None:
    """The next frame; `None` at the end, also where it comes in the middle of one: the daemon was killed."""
    try:
        length = int.from_bytes(await pipe.readexactly(_LENGTH), "big")
        content = await pipe.readexactly(length)
    except asyncio.IncompleteReadError:
        return None
    frame: Frame = pickle.loads(content)  # noqa: S301  # from the daemon that started us, through its own pipe
    return frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the alerter is, every second.

    Attributes:
        planned_at: when a plan was made last, or found to be another's to make; `None` before the first.
        firing: alerts that go on, by level.
        waiting: messages that are to be sent, by channel.
        delivered, given_up: messages since the alerter's start, by channel.
        undelivered: messages that reached nobody, and are named in none that did.
        oldest_due: when what waits longest should have been sent; `None` where nothing is late.
        disabled: channels, with the reason.
    """

    planned_at: Micros | None = None
    firing: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    delivered: Mapping[str, int] = field(default_factory=dict)
    given_up: Mapping[str, int] = field(default_factory=dict)
    undelivered: int = 0
    oldest_due: Micros | None = None
    disabled: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> bytes:
        """For the pipe."""
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Status:
        """Raises `ValueError` or `TypeError` for what is none."""
        return cls(**json.loads(line))


def faults_of(status: Status, *, now: Micros) -> Iterator[str]:
    """What is wrong with telling people, a sentence each."""
    for name, why in status.disabled.items():
        yield f"the channel {name} is disabled: {why}"
    if status.planned_at is not None and now - status.planned_at > LATEST_PLAN:
        yield f"no alerts were planned for {(now - status.planned_at) // SECOND} s"
    if status.oldest_due is not None and now - status.oldest_due > LATEST_MESSAGE:
        yield f"messages wait to be sent for {(now - status.oldest_due) // SECOND} s"
    if status.undelivered:
        yield f"messages that reached nobody: {status.undelivered}"
