from __future__ import annotations

import pytest

from probe.model.check import Family
from probe.probers.dns.names import candidates, host_name, of_family
from probe.probers.raised import TargetFailure


@pytest.mark.parametrize(
    ("host", "text", "is_absolute"),
    [
        ("www.Example.COM", "www.example.com", False),
        ("www.example.com.", "www.example.com", True),
        ("my_service", "my_service", False),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", False),
        ("1.example", "1.example", False),
        ("0xab.example", "0xab.example", False),
        ("-a-.example", "-a-.example", False),
        ("x" * 63, "x" * 63, False),
    ],
)
def test_a_name_has_one_spelling(host: str, text: str, is_absolute: bool) -> None:
    name = host_name(host)
    assert (name.text, name.is_absolute, name.addresses) == (text, is_absolute, ())


@pytest.mark.parametrize(
    "host",
    [
        *(
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a b",
            "a\n",
            "a\x00b",
            "a/b",
            "a:b",
            "ä.example",
            "\u017f.example",
            "\u212a.example",
            "1٣",
        ),
        *("x" * 64, ".".join(["x" * 63] * 4), "999.1.1.1", "1.2.3.4.5", "example.0x", "a.1", "4294967296"),
    ],
)
def test_what_nobody_can_be_called(host: str) -> None:
    with pytest.raises(TargetFailure, match="it is not a valid host name"):
        host_name(host)


@pytest.mark.parametrize("host", ["shop.invalid", "INVALID.", "hidden.onion"])
def test_some_names_exist_nowhere(host: str) -> None:
    with pytest.raises(TargetFailure, match="there is no such name"):
        host_name(host)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "localhost.", "api.localhost", "a.b.localhost."])
def test_loopback_has_names_of_its_own(host: str) -> None:
    assert host_name(host).addresses == ("::1", "127.0.0.1")


@pytest.mark.parametrize("host", ["notlocalhost", "localhost.example", "localhostx", "isinvalid", "invalid.example"])
def test_other_names_are_not_loopbacks(host: str) -> None:
    assert host_name(host).addresses == ()


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.1", "127.0.0.1"), ("0x7f.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("10.0.0.8.", "10.0.0.8")],
)
def test_an_ipv4_address_has_many_spellings(host: str, address: str) -> None:
    assert host_name(host).addresses == (address,)


def test_addresses_of_a_family() -> None:
    both = ("::1", "127.0.0.1")
    assert [of_family(both, family) for family in Family] == [both, ("127.0.0.1",), ("::1",)]


@pytest.mark.parametrize(
    ("host", "ndots", "expected"),
    [
        ("www", 1, ["www.a.example", "www.b.example", "www"]),
        ("www.x", 1, ["www.x", "www.x.a.example", "www.x.b.example"]),
        ("www.x", 2, ["www.x.a.example", "www.x.b.example", "www.x"]),
        ("www", 0, ["www", "www.a.example", "www.b.example"]),
        ("www.", 1, ["www"]),
        (".".join(["x" * 61] * 4), 5, [".".join(["x" * 61] * 4)]),
    ],
)
def test_a_name_is_looked_for_in_the_search_domains(host: str, ndots: int, expected: list[str]) -> None:
    assert list(candidates(host_name(host), ("a.example", "b.example"), ndots)) == expected


def test_without_search_domains_there_is_one_candidate() -> None:
    assert list(candidates(host_name("www"), (), 5)) == ["www"]
