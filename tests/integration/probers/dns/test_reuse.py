"""Answers that are used again, and queries that are shared."""

from __future__ import annotations

import asyncio

import pytest
from dns.rcode import Rcode

from probe.model.check import Family
from probe.model.units import MILLISECOND, SECOND
from probe.probers.dns import Resolver
from tests.fakes.dns import always, fails, naming, zone
from tests.integration.hostile.row import NAME
from tests.integration.probers.dns.asking import BOTH, reason_of


async def test_each_attempt_asks_anew_unless_the_policy_says_otherwise() -> None:
    async with naming(BOTH) as server:
        resolver = Resolver()
        for _ in range(3):
            await resolver.addresses(NAME, server.policy())
        assert len(server.asked) == 6
        for _ in range(3):
            await resolver.addresses(NAME, server.policy(ttl=60 * SECOND))
    assert len(server.asked) == 8


@pytest.mark.parametrize(("lives", "ttl"), [(300, 20 * MILLISECOND), (0, 60 * SECOND)])
async def test_an_answer_is_not_used_for_longer_than_anybody_allows(lives: int, ttl: int) -> None:
    async with naming(zone(f"www.example {lives} A 192.0.2.1")) as server:
        resolver = Resolver()
        await resolver.addresses(NAME, server.policy(ttl=ttl))
        await asyncio.sleep(0.03)
        await resolver.addresses(NAME, server.policy(ttl=ttl))
    assert len(server.asked) == 4


async def test_failures_are_not_used_again() -> None:
    async with naming(fails(Rcode.NXDOMAIN)) as server:
        resolver = Resolver()
        for _ in range(2):
            await reason_of(resolver, NAME, server.policy(ttl=60 * SECOND))
    assert len(server.asked) == 4


async def test_answers_of_other_servers_and_families_are_kept_apart() -> None:
    async with naming(BOTH) as one, naming(zone("www.example 300 A 192.0.2.9")) as other:
        resolver = Resolver()
        assert len(await resolver.addresses(NAME, one.policy(ttl=SECOND))) == 3
        assert await resolver.addresses(NAME, other.policy(ttl=SECOND)) == ("192.0.2.9",)
        assert await resolver.addresses(NAME, one.policy(ttl=SECOND, family=Family.IPV6)) == ("2001:db8::1",)


async def test_those_who_ask_at_the_same_time_share_one_query() -> None:
    async with naming(BOTH) as server:
        resolver, policy = Resolver(), server.policy(ttl=60 * SECOND)
        found = await asyncio.gather(*(resolver.addresses(NAME, policy) for _ in range(20)))
        assert {len(addresses) for addresses in found} == {3}
        assert len(server.asked) == 2
        await asyncio.gather(*(resolver.addresses(NAME, server.policy()) for _ in range(5)))
    assert len(server.asked) == 12


async def test_those_who_share_a_query_share_its_failure() -> None:
    async with naming(fails(Rcode.REFUSED)) as server:
        resolver, policy = Resolver(), server.policy(ttl=60 * SECOND)
        reasons = await asyncio.gather(*(reason_of(resolver, NAME, policy) for _ in range(20)))
    assert len(set(reasons)) == 1
    assert len(server.asked) == 2


async def test_when_the_first_is_cancelled_the_others_still_get_their_answer() -> None:
    slowly = always(0.05, lambda query: next(part for part in BOTH(query) if isinstance(part, bytes)))
    async with naming(slowly) as server:
        resolver, policy = Resolver(), server.policy(ttl=60 * SECOND)
        first, *others = [asyncio.create_task(resolver.addresses(NAME, policy)) for _ in range(4)]
        await asyncio.sleep(0.02)
        first.cancel()
        others.pop().cancel()
        assert [len(addresses) for addresses in await asyncio.gather(*others)] == [3, 3]
    assert first.cancelled()
    assert len(server.asked) == 4
