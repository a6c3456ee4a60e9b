from __future__ import annotations

import dns.message
import pytest
from dns.rdatatype import RdataType

from probe.probers.dns.answer import Answer, Outcome
from probe.probers.dns.message import Query, query, read
from tests.fakes.dns import SOA, reply, zone

NAME = "www.example"


def asks(name: str = NAME, type_: RdataType = RdataType.A) -> tuple[Query, dns.message.Message]:
    """A query, and how a server understands it."""
    asked = query(name, type_)
    return asked, dns.message.from_wire(asked.wire)


def said(*records: str, soa: bool = False) -> Answer:
    """What an answer with these records says."""
    asked, message = asks()
    found = read(reply(message, *records, soa=soa), asked)
    assert found is not None
    return found


def test_a_query_is_what_a_server_expects() -> None:
    asked, message = asks(type_=RdataType.AAAA)
    assert (message.question[0].to_text(), message.edns, message.payload) == (f"{NAME}. IN AAAA", 0, 1232)
    assert message.id == int.from_bytes(asked.wire[:2], "big")
    assert dns.message.from_wire(query(NAME, RdataType.A, has_edns=False).wire).edns == -1


def test_ids_are_random() -> None:
    assert len({query(NAME, RdataType.A).wire[:2] for _ in range(50)}) > 40


def test_the_shortest_life_on_the_way_counts() -> None:
    answer = said(f"{NAME} 90 CNAME b.example.", "b.example 20 CNAME c.example.", "c.example 70 A 192.0.2.1")
    assert (answer.addresses, answer.ttl, answer.aliases) == (("192.0.2.1",), 20, 2)


def test_the_order_of_records_does_not_matter() -> None:
    answer = said("c.example 70 A 192.0.2.1", "b.example 20 CNAME c.example.", f"{NAME} 90 CNAME b.example.")
    assert answer.addresses == ("192.0.2.1",)


def test_addresses_of_other_names_are_not_believed() -> None:
    assert said("evil.example 60 A 192.0.2.66").outcome is Outcome.NO_ADDRESSES


def test_a_life_beyond_all_bounds_is_none() -> None:  # RFC 2181 §8
    asked, message = asks()
    wire = reply(message, f"{NAME} 305419896 A 192.0.2.1").replace(b"\x12\x34\x56\x78", b"\x80\0\0\0")
    assert read(wire, asked) == Answer(Outcome.ADDRESSES, ("192.0.2.1",), 0)


@pytest.mark.parametrize(("soa", "outcome"), [(True, Outcome.NO_ADDRESSES), (False, Outcome.ALIAS)])
def test_an_alias_without_addresses_is_asked_for_unless_the_server_knows_that_it_has_none(
    soa: bool, outcome: Outcome
) -> None:
    assert said(f"{NAME} 90 CNAME Edge.other.", soa=soa).outcome is outcome


def test_an_alias_is_told_with_the_way_that_led_there() -> None:
    answer = said(f"{NAME} 90 CNAME b.example.", "b.example 20 CNAME Edge.other.")
    assert answer == Answer(Outcome.ALIAS, ttl=20, alias="edge.other", aliases=2)


def test_an_alias_of_the_root_can_be_asked_for() -> None:
    alias = said(f"{NAME} 90 CNAME .").alias
    assert dns.message.from_wire(query(alias, RdataType.A).wire).question[0].name == dns.name.root


def test_labels_with_dots_are_not_mistaken_for_others() -> None:
    asked, message = asks("a.b.example")
    assert read(reply(message, "a\\.b.example 60 A 192.0.2.66"), asked) == Answer(Outcome.NO_ADDRESSES)


def test_the_zones_own_record_is_found_behind_others() -> None:
    asked, message = asks()
    made = dns.message.make_response(message)
    made.answer = dns.message.from_wire(next(iter(zone(f"{NAME} 60 CNAME b.example.")(message)))).answer  # type: ignore[arg-type]
    made.authority = [
        dns.rrset.from_text("example.", 60, "IN", "NS", "ns.example."),
        dns.rrset.from_text("example.", 300, "IN", "SOA", SOA.split(" ", 3)[3]),
    ]
    assert read(made.to_wire(), asked) == Answer(Outcome.NO_ADDRESSES)
