"""Control targets, asked now and then and whenever something fails."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import structlog

from probe.model.check import AddressPolicy, Check, Confirm, Connection, Request
from probe.model.sensitive import Sensitive
from probe.model.settings import Control
from probe.model.units import SECOND, Micros
from probe.probers import Prober
from probe.runtime.clock import Clock
from probe.runtime.reach import Answer, Reach, has_name, is_answer, judge, name_of

PAUSE: Final = 2.0
"""Seconds from one request to a control target to the next, however many checks fail."""

AT_ONCE: Final = 100
"""Of those who wait for an answer, so many go on in one turn of the loop: with thousands it would stand still."""

_EVER: Final = float("-inf")

_log = structlog.get_logger("probe.control")


class ControlState(NamedTuple):
    """A control target as others may see it, without a secret; `is_up` is `None` until it was asked."""

    name: str
    is_up: bool | None


@dataclass(slots=True, kw_only=True)
class _Target:
    """A control target; `wanted` is set while somebody waits for its answer."""

    name: str
    check: Check
    answer: Answer
    wanted: asyncio.Event = field(default_factory=asyncio.Event)


class _Question(NamedTuple):
    """Somebody who waits for answers since a moment."""

    since: float
    of_names: bool
    reach: asyncio.Future[Reach]


class ControlTargets:
    """Tells the prober's own network failing from a target failing.

    A target is only blamed on answers that came after its failure. That none came is believed for `pause` seconds
    more: in doubt, nobody is blamed.

    Attributes:
        silent_since: when it was found that none answers any more; `None` while one does.
    """

    def __init__(self, clock: Clock, prober: Prober, *, pause: float = PAUSE) -> None:
        self._clock = clock
        self._prober = prober
        self._pause = pause
        self._asked: tuple[Control | None, AddressPolicy] = None, AddressPolicy()
        self._targets: tuple[_Target, ...] = ()
        self._tasks: list[asyncio.Task[None]] = []
        self._open: dict[_Question, None] = {}
        self.silent_since: Micros | None = None

    def states(self) -> tuple[ControlState, ...]:
        """Each host once; it is up when anything on it is."""
        found: dict[str, bool | None] = {}
        for target in self._targets:
            found[target.name] = found.get(target.name) or target.answer.came
        return tuple(ControlState(name, is_up) for name, is_up in found.items())

    def replace(self, settings: Control | None, addresses: AddressPolicy) -> None:
        """Ask these targets from now on, in the running loop. Who waits for the old ones waits for the new.

        Args:
            addresses: which may be connected to.
        """
        if (settings, addresses) == self._asked:
            return
        for task in self._tasks:
            task.cancel()
        self._asked = settings, addresses
        self._targets = tuple(_target(url, settings, addresses) for url in settings.targets) if settings else ()
        self._tasks = [asyncio.get_running_loop().create_task(self._watch(target)) for target in self._targets]
        self.silent_since = None
        self._settle(list(self._open))

    async def stop(self) -> None:
        """Ask nobody any more; what was heard is still known."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def reach(self, *, of_names: bool, within: float) -> Reach:
        """What answers from now on say; where they don't come within so many seconds, what older ones said.

        Args:
            of_names: what failed is the resolution of a name.
        """
        now = self._clock.monotonic()
        lately = self._judge(since=now - self._pause, of_names=of_names)
        if not self._targets or lately in (Reach.NONE, Reach.NO_NAMES):
            return lately or Reach.FINE
        question = _Question(now, of_names, asyncio.get_running_loop().create_future())
        self._open[question] = None
        for target in self._targets:
            target.wanted.set()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    return await question.reach
        finally:
            self._open.pop(question, None)
        return self._judge(since=_EVER, of_names=of_names) or Reach.FINE

    def _judge(self, *, since: float, of_names: bool = False) -> Reach | None:
        return judge([target.answer for target in self._targets], since=since, of_names=of_names)

    async def _watch(self, target: _Target) -> None:
        """Ask again and again: each `every`, and sooner where somebody waits, but never within `pause`."""
        while True:
            began = self._clock.monotonic()
            target.answer.came = await self._ask(target)
            target.answer.at = self._clock.monotonic()
            self._note()
            await self._tell()
            await asyncio.sleep(max(0.0, self._pause - (self._clock.monotonic() - began)))
            if not self._open:
                target.wanted.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(target.wanted.wait(), target.check.interval / SECOND)

    async def _ask(self, target: _Target) -> bool:
        try:
            return is_answer(await self._prober.measure(target.check))
        except Exception:  # noqa: BLE001  # the next time must still come
            _log.exception("a control target could not be asked", target=target.name)
            return False

    def _note(self) -> None:
        """Say when the last one falls silent, and when the first one speaks again."""
        is_silent = self._judge(since=_EVER) is Reach.NONE
        if is_silent and self.silent_since is None:
            self.silent_since = self._clock.now()
            _log.error("no control target can be reached: what fails now may be the prober's own network")
        elif self.silent_since is not None and not is_silent:
            self.silent_since = None
            _log.info("a control target can be reached again")

    async def _tell(self) -> None:
        """Answer those who have waited long enough, a few at a time."""
        waiting = list(self._open)
        for first in range(0, len(waiting), AT_ONCE):
            self._settle(waiting[first : first + AT_ONCE])
            await asyncio.sleep(0)

    def _settle(self, questions: list[_Question]) -> None:
        for question in questions:
            found = self._judge(since=question.since, of_names=question.of_names)
            if found and not question.reach.done():
                question.reach.set_result(found)


def _target(url: Sensitive, settings: Control, addresses: AddressPolicy) -> _Target:
    name = name_of(url)
    check = Check(
        id=f"control/{name}",
        api="control",
        name=name,
        interval=settings.every,
        timeout=settings.timeout,
        confirm=Confirm(retries=0, after=0),
        request=Request(method="HEAD", url=url, max_body=0, connection=Connection(addresses=addresses)),
        expectations=(),
    )
    return _Target(name=name, check=check, answer=Answer(has_name=has_name(url)))
