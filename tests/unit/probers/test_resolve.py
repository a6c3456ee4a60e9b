from __future__ import annotations

import pytest

from probe.model.check import AddressPolicy
from probe.probers.resolve import AddressBlocked, literal, vet

DEFAULT = AddressPolicy()
PUBLIC_ONLY = AddressPolicy(deny_private=True)


def is_denied(address: str, policy: AddressPolicy = DEFAULT) -> bool:
    try:
        return vet([address], policy) == []
    except AddressBlocked:
        return True


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.0.1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fd00:42::42",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "::ffff:0:169.254.169.254",
        "::169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_addresses_where_credentials_or_nobody_live_are_denied(address: str) -> None:
    assert is_denied(address)
    assert is_denied(address, PUBLIC_ONLY)
    assert not is_denied(address, AddressPolicy(allow=("0.0.0.0/0", "::/0"), deny=("0.0.0.0/0",)))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "240.0.0.1",
        "255.255.255.255",
        "0.0.0.1",
        "fd00::1",
        "fec0::1",
        "100::1",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::808:808",
        "2002:a00:1::",
        "::8.8.8.8",
    ],
)
def test_addresses_that_are_not_public_are_denied_only_when_asked_for(address: str) -> None:
    assert not is_denied(address)
    assert is_denied(address, PUBLIC_ONLY)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "192.0.1.1", "100.128.0.1"],
)
def test_public_addresses_are_allowed_in_each_of_their_forms(address: str) -> None:
    assert not is_denied(address)
    assert not is_denied(address, PUBLIC_ONLY)


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::a01:203", "2002:a01:203::1"])
def test_a_rule_holds_for_each_form_of_its_addresses(address: str) -> None:
    assert is_denied(address, AddressPolicy(deny=("10.1.0.0/16",)))
    assert not is_denied(address, AddressPolicy(deny=("10.2.0.0/16",)))
    assert not is_denied(address, AddressPolicy(allow=("10.1.0.0/16",), deny=("10.0.0.0/8",), deny_private=True))
    assert is_denied(address, AddressPolicy(allow=("10.2.0.0/16",), deny_private=True))


def test_a_metadata_service_may_be_allowed() -> None:
    allowed = AddressPolicy(allow=("169.254.169.254/32",))
    assert not is_denied("169.254.169.254", allowed)
    assert is_denied("169.254.169.253", allowed)


def test_vetting_keeps_the_order_and_each_address_once() -> None:
    assert vet(["::1", "169.254.1.1", "127.0.0.1", "0::1"], DEFAULT) == ["::1", "127.0.0.1"]


@pytest.mark.parametrize(
    ("address", "policy", "rule"),
    [
        ("169.254.1.1", DEFAULT, "it is a link-local address, which is denied unless addresses.allow has it"),
        ("fd00:ec2::254", DEFAULT, "it belongs to a cloud's metadata service, which is denied unless addresses.allow has it"),
        ("ff02::1", DEFAULT, "it is no address of one host, which is denied unless addresses.allow has it"),
        ("10.1.1.1", AddressPolicy(deny=("10.0.0.0/8",)), "addresses.deny has 10.0.0.0/8"),
        ("10.1.1.1", PUBLIC_ONLY, "it is no public address, and deny_private is on"),
    ],
)  # fmt: skip
def test_a_name_that_leads_nowhere_else_is_blocked_by_a_rule_that_is_named(
    address: str, policy: AddressPolicy, rule: str
) -> None:
    with pytest.raises(AddressBlocked) as raised:
        vet([address, address], policy)
    assert str(raised.value) == f"the host leads to {address}: {rule}"


def test_a_blocked_address_is_told_as_what_it_stands_for_too() -> None:
    with pytest.raises(AddressBlocked, match=r"leads to 64:ff9b::a00:1 = 10\.0\.0\.1: it is no public address"):
        vet(["64:ff9b::a00:1"], PUBLIC_ONLY)


@pytest.mark.parametrize(
    ("host", "address"), [("::0001", "::1"), ("127.0.0.1", "127.0.0.1"), ("127.1", None), ("a", None)]
)
def test_only_a_whole_address_is_literal(host: str, address: str | None) -> None:
    assert literal(host) == address
