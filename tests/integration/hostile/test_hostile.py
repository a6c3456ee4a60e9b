"""Every hostile target ends as a result with a named failure, inside its deadline and 16 MB, and tells no secret."""

from __future__ import annotations

import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Final

import pytest

from probe.config.expressions import parse_expectation
from probe.model.check import Check, DnsPolicy
from probe.model.ndjson import to_json
from probe.model.result import Result, State
from probe.model.sample import PHASES, FailureKind
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from probe.probers.http import HttpProber
from probe.runtime.clock import SystemClock
from probe.runtime.cycle import Cycle
from probe.runtime.turns import Turns
from tests.fakes.checks import make_check
from tests.fakes.dns import naming
from tests.fakes.doubt import NoDoubt
from tests.fakes.servers import Authority, Server
from tests.integration.hostile.certificates import CERTIFICATES
from tests.integration.hostile.connections import CONNECTIONS
from tests.integration.hostile.documents import DOCUMENTS
from tests.integration.hostile.encodings import ENCODINGS
from tests.integration.hostile.framing import FRAMING
from tests.integration.hostile.handshakes import HANDSHAKES
from tests.integration.hostile.names import BY_NAME
from tests.integration.hostile.parsing import PARSING
from tests.integration.hostile.redirects import REDIRECTS
from tests.integration.hostile.row import BODY, MEGABYTE, NAME, SECRET, Hostile, HostileNames, Reached
from tests.integration.hostile.sizes import SIZES
from tests.integration.probers.measuring import LONG, SHORT, by, trusting

GRACE: Final = 2.0
"""Seconds of a busy machine; the deadline itself is exact."""

MOST_MEMORY: Final = 16 * MEGABYTE
COPIES: Final = 4
"""Of what a check itself sends, however large its author made it."""

ALL: Final = (
    *BY_NAME,
    *CONNECTIONS,
    *HANDSHAKES,
    *CERTIFICATES,
    *PARSING,
    *FRAMING,
    *SIZES,
    *ENCODINGS,
    *REDIRECTS,
    *DOCUMENTS,
)
EACH: Final = [
    pytest.param(hostile, reached, id=f"{hostile.name}-{reached.value}")
    for hostile in ALL
    for reached in hostile.reached
]


@pytest.mark.parametrize(("hostile", "reached"), EACH)
async def test_a_hostile_target_gets_its_name(
    hostile: Hostile, reached: Reached, prober: HttpProber, authority: Authority
) -> None:
    async with hostile.serving(reached, authority) as server, _naming(hostile.names) as names:
        check = _check(hostile, reached, server, authority, names)
        with _bounded_memory(MOST_MEMORY + COPIES * hostile.sends):
            began = time.perf_counter()
            result = await _once(prober, check)
            took = time.perf_counter() - began
    assert took < check.timeout / SECOND + GRACE
    _judge(hostile, reached, result)


def test_names_are_told_apart() -> None:
    assert len({hostile.name for hostile in ALL}) == len(ALL) >= 250


def _judge(hostile: Hostile, reached: Reached, result: Result) -> None:
    assert (result.failure, result.http_status) == (hostile.kind, hostile.status), result.detail
    assert result.state is (State.DOWN if hostile.kind else State.UP)
    assert result.attempts == 1
    assert sum(getattr(result.phases, name) or 0 for name in PHASES) <= (result.latency_us or 0)
    if hostile.kind and reached is not Reached.TLS:
        assert hostile.says in (result.detail or "")
    if reached is Reached.TLS and not hostile.redirects and hostile.kind is not FailureKind.TLS:
        assert result.tls is not None
    assert SECRET not in "".join(_strings(asdict(result)))
    assert SECRET not in f"{result}{to_json(result)}"


def _strings(value: object) -> Iterator[str]:
    """All that stands in it, what its repr leaves out as well."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, list | tuple):
        yield from chain.from_iterable(map(_strings, value))
    else:
        yield str(value)


@asynccontextmanager
async def _naming(names: HostileNames | None) -> AsyncIterator[DnsPolicy | None]:
    if names is None:
        yield None
        return
    async with naming(names.udp, tcp=names.tcp, behave=names.behave) as server:
        yield server.policy(timeout=names.within)


def _check(hostile: Hostile, reached: Reached, server: Server, authority: Authority, names: DnsPolicy | None) -> Check:
    url = server.url(f"/?key={SECRET}", host=NAME if names else None)
    expects = hostile.expects or (f"body == {BODY.decode()}",)
    check = make_check(
        url=url.replace("http:", "https:") if reached is Reached.RAW_TLS else url,
        method="POST" if hostile.sends else "GET",
        timeout=SHORT if hostile.kind is FailureKind.TIMEOUT else LONG,  # a busy machine takes its time
        max_redirects=hostile.redirects,
        max_body=hostile.max_body,
        headers=(("x-api-key", Sensitive(SECRET, "***")),),
        body=Sensitive(SECRET + "x" * hostile.sends, "***") if hostile.sends else None,
        expectations=tuple(map(parse_expectation, expects)),
        secrets=(SECRET,),
    )
    check = by(check, dns=names) if names else check
    return trusting(check, authority) if hostile.trusts else check


async def _once(prober: HttpProber, check: Check) -> Result:
    """The whole way to a result: attempt, judgement, conclusion."""
    cycle = Cycle(
        SystemClock(),
        prober,
        Turns(most=1, most_per_host=1),
        NoDoubt(),
        location="here",
        deliver=lambda _result, _has_changed: None,
        missed=lambda _gap: None,
    )
    return await cycle.once(check)


@contextmanager
def _bounded_memory(limit: int) -> Iterator[None]:
    """The process, its C libraries and the server included, takes no more than so many bytes besides, at any moment."""
    with suppress(OSError):  # not every system lets us forget an earlier peak; what exceeds it is still seen
        Path("/proc/self/clear_refs").write_text("5")
    before = _peak()
    yield
    assert _peak() - before <= limit


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
