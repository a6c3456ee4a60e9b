from __future__ import annotations

from ipaddress import ip_address

import pytest

from probe.probers.resolve import AddressBlocked, is_denied, literal, vet


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fd20:ce::254",
        "100.100.100.200",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_addresses_where_credentials_or_nobody_live_are_denied(address: str) -> None:
    assert is_denied(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "192.168.1.1",
        "8.8.8.8",
        "2001:db8::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::808:808",
    ],
)
def test_private_and_public_addresses_are_allowed(address: str) -> None:
    assert not is_denied(ip_address(address))


def test_vetting_keeps_the_order_and_each_address_once() -> None:
    assert vet(["::1", "169.254.1.1", "127.0.0.1", "::1"]) == ["::1", "127.0.0.1"]


def test_a_name_that_leads_nowhere_else_is_blocked() -> None:
    with pytest.raises(AddressBlocked, match=r"leads to 169\.254\.1\.1,"):
        vet(["169.254.1.1", "fe80::1"])


@pytest.mark.parametrize(
    ("host", "address"), [("::0001", "::1"), ("127.0.0.1", "127.0.0.1"), ("127.1", None), ("a", None)]
)
def test_only_a_whole_address_is_literal(host: str, address: str | None) -> None:
    assert literal(host) == address
