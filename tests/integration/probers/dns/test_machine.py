"""What needs no name server, and what the machine's own files say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from dns.message import Message
from dns.rcode import Rcode

from probe.model.check import DnsPolicy, Family
from probe.probers.dns import Resolver
from tests.fakes.dns import NameServer, fails, naming, zone
from tests.integration.hostile.row import NAME
from tests.integration.probers.dns.asking import BOTH, reason_of


async def test_names_of_loopback_need_no_server() -> None:
    nobody = DnsPolicy(servers=("127.0.0.1:1",))
    for name in ("localhost", "LocalHost.", "api.localhost"):
        assert await Resolver().addresses(name, nobody) == ("::1", "127.0.0.1")
        assert await Resolver().addresses(name, replace(nobody, family=Family.IPV4)) == ("127.0.0.1",)


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0x7f000001", "0177.0.0.1"])
async def test_other_ways_to_write_an_address_are_seen_through(host: str) -> None:
    assert await Resolver().addresses(host, DnsPolicy(servers=("127.0.0.1:1",))) == ("127.0.0.1",)
    assert "no IPv6 addresses" in await reason_of(Resolver(), host, DnsPolicy(family=Family.IPV6))


async def test_what_is_no_host_name_is_not_asked_for() -> None:
    async with naming(BOTH) as server:
        assert await reason_of(Resolver(), "a..b", server.policy()) == "it is not a valid host name"
    assert server.asked == []


def system(directory: Path, server: NameServer, *lines: str, hosts: str = "") -> Resolver:
    """A resolver of a machine that uses this server."""
    (directory / "resolv.conf").write_text("\n".join((f"nameserver [127.0.0.1]:{server.port}", *lines)))
    (directory / "hosts").write_text(hosts)
    return Resolver(directory / "resolv.conf", directory / "hosts")


async def test_the_machines_own_servers_and_search_domains_are_used(tmp_path: Path) -> None:
    async with naming(zone("www.b.example 300 A 192.0.2.1")) as server:
        resolver = system(tmp_path, server, "search a.example b.example")
        assert await resolver.addresses("www", DnsPolicy()) == ("192.0.2.1",)
        asked = list(dict.fromkeys(name for name, _, _ in server.asked))
        assert await reason_of(resolver, "www.", DnsPolicy()) == "there is no such name (NXDOMAIN)"
    assert asked == ["www.a.example", "www.b.example"]


async def test_a_name_that_is_nowhere_ends_with_what_tells_most(tmp_path: Path) -> None:
    async with naming(zone("www.a.example 300 TXT x")) as server:
        resolver = system(tmp_path, server, "search a.example b.example")
        assert await reason_of(resolver, "www", DnsPolicy()) == "it has no addresses"


async def test_a_domain_whose_server_fails_is_passed_over(tmp_path: Path) -> None:
    good = zone("www 300 A 192.0.2.1")

    def says(query: Message) -> Iterable[bytes | float]:
        return (good if query.question[0].name.to_text() == "www." else fails(Rcode.SERVFAIL))(query)

    async with naming(says) as server:
        resolver = system(tmp_path, server, "search a.example")
        assert await resolver.addresses("www", DnsPolicy()) == ("192.0.2.1",)
        assert "failed (SERVFAIL)" in await reason_of(resolver, "other", DnsPolicy())


async def test_the_hosts_file_goes_first(tmp_path: Path) -> None:
    async with naming(BOTH) as server:
        resolver = system(tmp_path, server, hosts="10.0.0.1 www.example\n")
        assert await resolver.addresses("WWW.example", DnsPolicy()) == ("10.0.0.1",)
        assert server.asked == []
        assert await resolver.addresses(NAME, DnsPolicy(family=Family.IPV6)) == ("2001:db8::1",)
        assert len(await resolver.addresses(NAME, server.policy())) == 3


async def test_servers_take_turns_where_the_machine_wants_it(tmp_path: Path) -> None:
    async with naming(BOTH) as first, naming(BOTH) as second:
        resolver = system(tmp_path, first, f"nameserver [127.0.0.1]:{second.port}", "options rotate")
        for _ in range(4):
            await resolver.addresses(NAME, DnsPolicy())
    assert len(first.asked) == len(second.asked) == 4
