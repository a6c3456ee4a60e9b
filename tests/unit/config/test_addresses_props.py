from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from probe.config.addresses import Host, NameServer, Network

SERVER, NETWORK, HOST = (TypeAdapter[str](kind) for kind in (NameServer, Network, Host))
addresses = st.ip_addresses()
texts = st.text() | st.text("0123456789abcdefABCDEF:./[]%-xg", max_size=30) | addresses.map(str)


@given(addresses, st.none() | st.integers(1, 65_535))
def test_a_name_server_has_one_spelling(address: IPv4Address | IPv6Address, port: int | None) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    written = host if port is None else f"{host}:{port}"
    assert SERVER.validate_python(written) == f"{host}:{port or 53}"
    assert SERVER.validate_python(f"{host}:{port or 53}") == f"{host}:{port or 53}"


@given(addresses, st.data())
def test_a_network_has_one_spelling_or_is_told_what_was_meant(
    address: IPv4Address | IPv6Address, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, address.max_prefixlen))
    meant = ip_network(f"{address}/{length}", strict=False)
    if meant.network_address == address:
        once = NETWORK.validate_python(f"{address}/{length}")
        assert NETWORK.validate_python(once) == once
    else:
        with pytest.raises(ValidationError, match="names an address in a network; write "):
            NETWORK.validate_python(f"{address}/{length}")


@pytest.mark.parametrize("kind", [SERVER, NETWORK, HOST], ids=["server", "network", "host"])
@given(text=texts)
def test_whatever_is_taken_fits_the_schema_and_stays_as_it_is(kind: TypeAdapter[str], text: str) -> None:
    try:
        taken = kind.validate_python(text)
    except ValidationError:
        return
    schema = jsonschema_rs.validator_for(kind.json_schema())
    assert schema.is_valid(text)
    assert schema.is_valid(taken)
    assert kind.validate_python(taken) == taken
