"""One name's addresses, both families asked for at the same time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import IntEnum
from itertools import zip_longest
from typing import Final

from dns.rdatatype import RdataType

from probe.model.check import Family
from probe.model.units import Micros
from probe.probers.dns import reasons
from probe.probers.dns.answer import Outcome
from probe.probers.dns.question import Plan, Question

RESOLUTION_DELAY: Final = 0.05
"""Seconds that the slower family gets once the other one is answered for (RFC 8305 §3)."""

_TYPES: Final = {
    Family.ANY: (RdataType.AAAA, RdataType.A),
    Family.IPV4: (RdataType.A,),
    Family.IPV6: (RdataType.AAAA,),
}

_ENOUGH: Final = frozenset({Outcome.ADDRESSES, Outcome.NO_SUCH_NAME})
_ALIASES: Final = {Outcome.CIRCLE: reasons.CIRCLE, Outcome.TOO_MANY_ALIASES: reasons.TOO_MANY_ALIASES}


class Why(IntEnum):
    """Why there are no addresses; of several names the greatest is told."""

    NO_SUCH_NAME = 0
    NO_ADDRESSES = 1
    TROUBLE = 2


@dataclass(frozen=True, slots=True)
class Found:
    """The addresses of a name.

    Attributes:
        addresses: the families in turn, beginning with IPv6 (RFC 8305 §4).
        ttl: for how many seconds they may be used again.
    """

    addresses: tuple[str, ...]
    ttl: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """A name without addresses."""

    why: Why
    reason: str


class Lookup:
    """Asks for one name, once."""

    def __init__(self, name: str, family: Family, timeout: Micros, plan: Plan) -> None:
        self._family, self._timeout = family, timeout
        self._loop = asyncio.get_running_loop()
        self._is_enough = self._loop.create_future()
        self._delay: asyncio.TimerHandle | None = None
        self._questions = [Question(name, type_, plan, self._settled) for type_ in _TYPES[family]]

    async def result(self) -> Found | Nothing:
        """Whatever is known once it is enough.

        Raises:
            OSError: this machine could not ask.
        """
        try:
            for question in self._questions:
                question.ask()
            await self._is_enough
        finally:
            self._close()
        return self._found() or self._nothing()

    def _settled(self) -> None:
        if all(question.is_settled for question in self._questions):
            self._enough()
        elif self._delay is None and any(q.answer and q.answer.outcome in _ENOUGH for q in self._questions):
            self._delay = self._loop.call_later(RESOLUTION_DELAY, self._enough)

    def _enough(self) -> None:
        if not self._is_enough.done():
            self._is_enough.set_result(None)

    def _close(self) -> None:
        if self._delay:
            self._delay.cancel()
        for question in self._questions:
            question.close()

    def _found(self) -> Found | None:
        answers = [q.answer for q in self._questions if q.answer and q.answer.outcome is Outcome.ADDRESSES]
        if not answers:
            return None
        in_turn = zip_longest(*(answer.addresses for answer in answers))
        addresses = tuple(address for addresses in in_turn for address in addresses if address)
        return Found(addresses, min(answer.ttl for answer in answers))

    def _nothing(self) -> Nothing:
        outcomes = {question.answer.outcome for question in self._questions if question.answer}
        if Outcome.NO_SUCH_NAME in outcomes:
            return Nothing(Why.NO_SUCH_NAME, reasons.NO_SUCH_NAME)
        for outcome, reason in _ALIASES.items():
            if outcome in outcomes:
                return Nothing(Why.TROUBLE, reason)
        for question in self._questions:
            if question.error:
                raise question.error
        if all(question.answer for question in self._questions):
            return Nothing(Why.NO_ADDRESSES, reasons.NO_ADDRESSES[self._family])
        return Nothing(Why.TROUBLE, self._trouble())

    def _trouble(self) -> str:
        """What became of each server that was asked in vain."""
        of_servers: dict[str, str | None] = {}
        for question in self._questions:
            if not question.answer:
                of_servers |= {
                    server: trouble or of_servers.get(server) for server, trouble in question.troubles.items()
                }
        told = [trouble for trouble in of_servers.values() if trouble]
        if silent := [server for server, trouble in of_servers.items() if not trouble]:
            told.append(reasons.silence(silent, self._timeout))
        return ", ".join(told)
