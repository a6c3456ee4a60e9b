"""One name and one type of address, asked of name servers until one of them answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from dns.rcode import Rcode
from dns.rdatatype import RdataType

from probe.probers.dns import reasons
from probe.probers.dns.answer import LONGEST_TTL, Answer, Outcome
from probe.probers.dns.message import Query, query, read
from probe.probers.dns.servers import Server
from probe.probers.dns.sockets import Asking, Datagram, Stream

_MOST_ALIASES: Final = 16
_MOST_LIES: Final = 100
"""Packets that answer no question of ours; somebody may be guessing ids."""

_NO_EDNS: Final = frozenset({Rcode.FORMERR, Rcode.NOTIMP})
"""How servers older than EDNS answer it (RFC 6891 §7)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom to ask, and when.

    Attributes:
        servers: in this order, each as often as it stands here.
        patience: seconds of silence until the next one is asked as well.
        deadline: of the loop's clock.
    """

    servers: tuple[Server, ...]
    patience: float
    deadline: float


class Question:
    """Drives itself from `ask` on, and calls `settled` once: when it is answered, when nobody is left, at the deadline.

    A server that is silent is not given up: the next one is asked as well, and whichever answers first has answered.

    Attributes:
        answer: what was found out; `None` where no server says.
        troubles: what became of the servers that won't answer, by server; `None` for those that are silent.
        error: this machine's own failure, such as too many open files.
    """

    def __init__(self, name: str, type_: RdataType, plan: Plan, settled: Callable[[], None]) -> None:
        self._name, self._type, self._plan, self._settled = name, type_, plan, settled
        self._loop = asyncio.get_running_loop()
        self._next = deque(plan.servers)
        self._open: list[Asking] = []
        self._timer: asyncio.TimerHandle | None = None
        self._passed = {name}
        self._aliases = self._lies = 0
        self._ttl = LONGEST_TTL
        self.is_settled = False
        self.answer: Answer | None = None
        self.troubles: dict[str, str | None] = {}
        self.error: OSError | None = None

    def ask(self) -> None:
        """Ask the next server that isn't known to be of no use; without one, wait for those asked before."""
        while self._next and not self.is_settled:
            server = self._next.popleft()
            if not self.troubles.get(server.text) and self._send(Datagram, server, query(self._name, self._type)):
                break
        if self._open:
            self._wait()
        elif not self.is_settled:
            self._settle(None)

    def close(self) -> None:
        """At once, at any time."""
        if self._timer:
            self._timer.cancel()
        for asking in self._open:
            asking.close()
        self._open = []

    # What the sockets call.

    def heard(self, on: Asking, wire: bytes) -> None:
        answer = read(wire, on.query)
        if answer is None:
            self._lies += 1
            if self._lies >= _MOST_LIES:
                self._pass_over(on.server, reasons.lying(on.server))
        elif answer.outcome is Outcome.TRUNCATED and isinstance(on, Datagram):
            self._ask_again(on, Stream, on.query)
        elif answer.code in _NO_EDNS and on.query.has_edns:
            self._ask_again(on, Datagram, query(self._name, self._type, has_edns=False))
        elif trouble := _trouble(on.server, answer):
            self._pass_over(on.server, trouble)
        else:
            self._take(answer)

    def lost(self, on: Asking, error: OSError | None) -> None:
        if error:
            self._blame(on.server, error)
        else:
            self._strike(on.server, reasons.closed(on.server))
        self.ask()

    # Between them.

    def _send(self, kind: type[Asking], server: Server, asked: Query) -> bool:
        self.troubles.setdefault(server.text, None)
        try:
            self._open.append(kind(server, asked, self))
        except OSError as error:
            self._blame(server, error)
            return False
        return True

    def _blame(self, server: Server, error: OSError) -> None:
        """The server, or this machine: then all is over."""
        if reasons.is_unreachable(error):
            self._strike(server, reasons.unreachable(server, error))
        else:
            self.error = error
            self._settle(None)

    def _strike(self, server: Server, trouble: str) -> None:
        self.troubles[server.text] = trouble
        for asking in [asking for asking in self._open if asking.server == server]:
            self._end(asking)

    def _pass_over(self, server: Server, trouble: str) -> None:
        self._strike(server, trouble)
        self.ask()

    def _ask_again(self, on: Asking, kind: type[Asking], asked: Query) -> None:
        self._end(on)
        if not self._send(kind, on.server, asked):
            self.ask()

    def _end(self, asking: Asking) -> None:
        self._open.remove(asking)
        asking.close()

    def _wait(self) -> None:
        """The next server's turn comes, or the end."""
        if self._timer:
            self._timer.cancel()
        now, end = self._loop.time(), self._plan.deadline
        if self._next and now + self._plan.patience < end:
            self._timer = self._loop.call_at(now + self._plan.patience, self.ask)
        else:
            self._timer = self._loop.call_at(end, self._settle, None)

    def _take(self, answer: Answer) -> None:
        self._aliases += answer.aliases
        if self._aliases > _MOST_ALIASES:
            self._settle(Answer(Outcome.TOO_MANY_ALIASES))
        elif answer.outcome is not Outcome.ALIAS:
            self._settle(answer if answer.ttl <= self._ttl else replace(answer, ttl=self._ttl))
        elif answer.alias in self._passed:
            self._settle(Answer(Outcome.CIRCLE))
        else:
            self._follow(answer)

    def _follow(self, answer: Answer) -> None:
        """The server named another name, and nothing about that one."""
        self._name, self._ttl = answer.alias, min(self._ttl, answer.ttl)
        self._passed.add(answer.alias)
        self.close()
        self._next = deque(self._plan.servers)
        self.ask()

    def _settle(self, answer: Answer | None) -> None:
        self.is_settled = True
        self.answer = answer
        self.close()
        self._settled()


def _trouble(server: Server, answer: Answer) -> str | None:
    match answer.outcome:
        case Outcome.ERROR:
            return reasons.refusal(server, answer.code)
        case Outcome.INVALID | Outcome.TRUNCATED:
            return reasons.invalid(server)
        case _:
            return None
