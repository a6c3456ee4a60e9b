from __future__ import annotations

import pytest

from probe.model.units import SECOND
from probe.probers.dns.servers import NameServers, chosen, read_resolv_conf


def texts(servers: NameServers) -> list[str]:
    return [server.text for server in servers.servers]


def test_a_policys_servers_keep_their_order() -> None:
    servers = chosen(("192.0.2.53:5353", "[2001:db8::53]:53"))
    assert texts(servers) == ["192.0.2.53:5353", "[2001:db8::53]:53"]
    assert [server.address[:2] for server in servers.servers] == [("192.0.2.53", 5353), ("2001:db8::53", 53)]
    assert (servers.search, servers.patience, servers.rotate) == ((), SECOND, False)


def test_a_whole_file() -> None:
    found = read_resolv_conf(
        """
        # a comment
        ; another
        domain old.example
        nameserver 192.0.2.1   # the first
        nameserver 2001:db8::1
        nameserver [127.0.0.1]:5353
        nameserver 192.0.2.9
        search A.example. b.example
        options ndots:5 timeout:3 attempts:4 rotate edns0
        """
    )
    assert texts(found) == ["192.0.2.1:53", "[2001:db8::1]:53", "127.0.0.1:5353"]
    assert (found.search[:2], found.ndots, found.patience) == (("a.example", "b.example"), 5, 3 * SECOND)
    assert (found.attempts, found.rotate) == (4, True)


@pytest.mark.parametrize(
    "text",
    ["", "nameserver", "nameserver example.com", "nameserver [::1]", "nameserver [::1]:x", "search", "options", "x\0y"],
)
def test_without_a_usable_server_this_machine_is_asked(text: str) -> None:
    found = read_resolv_conf(text)
    assert texts(found) == ["127.0.0.1:53"]
    assert (found.search, found.ndots, found.patience, found.attempts) == ((), 1, 5 * SECOND, 2)


@pytest.mark.parametrize(
    ("options", "ndots", "patience", "attempts"),
    [
        ("ndots:99 timeout:99 attempts:99", 15, 30, 5),
        ("ndots:0 timeout:0 attempts:0", 0, 1, 1),
        ("ndots:x timeout:-1 attempts:", 1, 5, 2),
        ("ndots:2 ndots:3", 3, 5, 2),
    ],
)
def test_options_have_the_limits_of_glibc(options: str, ndots: int, patience: int, attempts: int) -> None:
    found = read_resolv_conf(f"options {options}")
    assert (found.ndots, found.patience, found.attempts) == (ndots, patience * SECOND, attempts)


def test_a_link_local_server_keeps_its_zone() -> None:
    assert texts(read_resolv_conf("nameserver fe80::1%lo")) == ["[fe80::1%lo]:53"]
