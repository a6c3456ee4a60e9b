from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from probe.model.check import AddressPolicy
from probe.probers.resolve import AddressBlocked, vet

networks = st.builds(
    lambda address, length: str(IPv4Network((int(address) >> (32 - length) << (32 - length), length))),
    st.ip_addresses(v=4),
    st.integers(0, 32),
)
some = st.lists(networks, max_size=3).map(tuple)
policies = st.builds(AddressPolicy, allow=some, deny=some, deny_private=st.booleans())


def is_denied(address: object, policy: AddressPolicy) -> bool:
    try:
        return vet([str(address)], policy) == []
    except AddressBlocked:
        return True


@given(st.ip_addresses(v=4), policies)
def test_an_address_is_judged_alike_in_each_of_its_forms(address: IPv4Address, policy: AddressPolicy) -> None:
    number = int(address)
    mapped, nat64, sixtofour = (0xFFFF << 32) + number, (0x64FF9B << 96) + number, (0x2002 << 112) + (number << 80)
    forms = {is_denied(form, policy) for form in (address, *map(IPv6Address, (mapped, nat64, sixtofour)))}
    assert len(forms) == 1


@given(st.ip_addresses(), policies)
def test_more_is_denied_and_less_allowed_only_by_more_rules(
    address: IPv4Address | IPv6Address, policy: AddressPolicy
) -> None:
    stricter = AddressPolicy(deny=policy.deny, deny_private=True)
    laxer = AddressPolicy(allow=policy.allow)
    assert is_denied(address, laxer) <= is_denied(address, policy) <= is_denied(address, stricter)


@given(st.ip_addresses(), policies)
def test_what_is_allowed_by_name_is_never_denied(address: IPv4Address | IPv6Address, policy: AddressPolicy) -> None:
    allowing = AddressPolicy(allow=(*policy.allow, str(address)), deny=policy.deny, deny_private=policy.deny_private)
    assert not is_denied(address, allowing)
