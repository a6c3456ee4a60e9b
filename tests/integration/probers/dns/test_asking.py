"""Whom a resolver asks, for what, in which order, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from typing import Final

import pytest
from dns.message import Message
from dns.rcode import Rcode

from probe.model.check import DnsPolicy, Family
from probe.model.units import MILLISECOND, SECOND
from probe.probers.dns import Resolver
from tests.fakes.dns import NameServer, Says, always, by_type, fails, naming, reply, silent, zone
from tests.integration.hostile.names import truncated
from tests.integration.hostile.row import NAME
from tests.integration.probers.dns.asking import BOTH, reason_of
from tests.integration.probers.measuring import LONG, no_more_files

GRACE: Final = 2.0
"""Seconds of a busy machine."""


async def test_families_come_in_turn_beginning_with_ipv6() -> None:
    async with naming(BOTH) as server:
        found = await Resolver().addresses(NAME, server.policy())
    assert found == ("2001:db8::1", "192.0.2.1", "192.0.2.2")
    assert sorted(server.asked) == [(NAME, "A", "udp"), (NAME, "AAAA", "udp")]


@pytest.mark.parametrize(
    ("family", "type_", "found"),
    [(Family.IPV4, "A", ("192.0.2.1", "192.0.2.2")), (Family.IPV6, "AAAA", ("2001:db8::1",))],
)
async def test_only_the_chosen_family_is_asked_for(family: Family, type_: str, found: tuple[str, ...]) -> None:
    async with naming(BOTH) as server:
        assert await Resolver().addresses(NAME, server.policy(family=family)) == found
    assert server.asked == [(NAME, type_, "udp")]


async def test_a_name_without_addresses_of_the_chosen_family() -> None:
    async with naming(zone("www.example 300 A 192.0.2.1")) as server:
        reason = await reason_of(Resolver(), NAME, server.policy(family=Family.IPV6))
    assert reason == "it has no IPv6 addresses"


async def test_a_silent_name_server_is_named_with_the_time_it_was_given() -> None:
    async with naming(silent) as server:
        assert await reason_of(Resolver(), NAME, server.policy(timeout=300 * MILLISECOND)) == (
            f"no answer from name server {server.text} within 300ms"
        )
    assert len(server.asked) == 4  # both types, and once again


async def test_a_name_server_that_is_not_there() -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = NameServer(taken.getsockname()[1])
    reason = await reason_of(Resolver(), NAME, nobody.policy())
    assert reason == f"name server {nobody.text} can't be reached (connection refused)"


async def test_a_name_server_by_ipv6() -> None:
    with closing(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)) as taken:
        taken.bind(("::1", 0))
        port = taken.getsockname()[1]
    reason = await reason_of(Resolver(), NAME, DnsPolicy(servers=(f"[::1]:{port}",)))
    assert reason == f"name server [::1]:{port} can't be reached (connection refused)"


@pytest.mark.parametrize(
    ("first", "patience"),
    [(silent, 0.25), (fails(Rcode.SERVFAIL), 0.0), (fails(Rcode.REFUSED), 0.0), (always(b"lies"), 0.25)],
)
async def test_the_next_server_is_asked_when_one_is_of_no_use(first: Says, patience: float) -> None:
    async with naming(first) as useless, naming(BOTH) as server:
        policy = replace(server.policy(timeout=SECOND), servers=(useless.text, server.text))
        began = time.perf_counter()
        assert len(await Resolver().addresses(NAME, policy)) == 3
        assert patience * 0.95 <= time.perf_counter() - began < patience + GRACE
    assert len(useless.asked) == len(server.asked) == 2


async def test_a_slow_server_may_still_answer_when_the_next_is_asked_already() -> None:
    slow = always(0.5, lambda query: next(part for part in BOTH(query) if isinstance(part, bytes)))
    async with naming(slow) as first, naming(silent) as second:
        policy = replace(first.policy(timeout=LONG), servers=(first.text, second.text))
        assert len(await Resolver().addresses(NAME, policy)) == 3


async def test_each_server_is_told_with_its_own_reason() -> None:
    async with naming(fails(Rcode.SERVFAIL)) as first, naming(silent) as second, naming(silent) as third:
        policy = DnsPolicy(servers=(first.text, second.text, third.text), timeout=300 * MILLISECOND)
        assert await reason_of(Resolver(), NAME, policy) == (
            f"name server {first.text} failed (SERVFAIL), "
            f"no answer from name servers {second.text}, {third.text} within 300ms"
        )


async def test_the_slower_family_is_waited_for_a_moment_only() -> None:
    slowly = always(0.02, lambda query: reply(query, "www.example 300 AAAA 2001:db8::1"))
    async with naming(by_type(a=BOTH, aaaa=slowly)) as server:
        assert len(await Resolver().addresses(NAME, server.policy())) == 3
    async with naming(by_type(a=BOTH)) as server:
        began = time.perf_counter()
        assert await Resolver().addresses(NAME, server.policy()) == ("192.0.2.1", "192.0.2.2")
        assert 0.045 < time.perf_counter() - began < 1.0


async def test_an_alias_that_leads_elsewhere_is_asked_for() -> None:
    here, there = zone("www.example 300 CNAME edge.other."), zone("edge.other 300 A 192.0.2.9")

    def says(query: Message) -> Iterable[bytes | float]:
        return (here if query.question[0].name.to_text() == "www.example." else there)(query)

    async with naming(says) as server:
        assert await Resolver().addresses(NAME, server.policy()) == ("192.0.2.9",)
    assert {name for name, _, _ in server.asked} == {"www.example", "edge.other"}


@pytest.mark.parametrize("after", [0.0, 0.01, 0.03])
@pytest.mark.parametrize("udp", [silent, by_type(a=BOTH), truncated], ids=["asking", "waiting", "by TCP"])
async def test_a_cancelled_resolution_leaves_nothing_open(udp: Says, after: float) -> None:
    async with naming(udp, tcp=silent) as server:
        asking = asyncio.create_task(Resolver().addresses(NAME, server.policy()))
        await asyncio.sleep(after)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)


async def test_no_thread_is_needed() -> None:
    async with naming(BOTH) as server:
        before = threading.active_count()
        await asyncio.gather(*(Resolver().addresses(NAME, server.policy()) for _ in range(50)))
        assert threading.active_count() == before


async def test_too_many_open_files_are_no_matter_of_names() -> None:
    async with naming(BOTH) as server:
        policy = server.policy()
        with no_more_files(), pytest.raises(OSError, match="Too many open files"):
            await Resolver().addresses(NAME, policy)
