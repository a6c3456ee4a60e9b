"""Whatever a name server sends is an answer, or none: nothing is ever raised, and nothing is believed that wasn't asked for."""

from __future__ import annotations

import dns.message
import dns.rrset
from dns.rdatatype import RdataType
from hypothesis import example, given
from hypothesis import strategies as st

from probe.probers.dns.answer import Outcome
from probe.probers.dns.message import Query, query, read

NAMES = st.sampled_from(["www.example", "a", "x.y.z.example"])
TYPES = st.sampled_from([RdataType.A, RdataType.AAAA])
QUERIES = st.builds(query, NAMES, TYPES, has_edns=st.booleans())
LABELS = st.lists(st.binary(min_size=1, max_size=63), max_size=3)
NAMES_ON_WIRE = st.one_of(
    LABELS.map(lambda labels: b"".join(bytes((len(label),)) + label for label in labels) + b"\0"),
    st.just(b"\xc0\x0c"),
    st.integers(0, 60).map(lambda offset: bytes((0xC0, offset))),
)
RECORDS = st.builds(
    lambda owner, kind, zone, ttl, data, lie: owner + kind + zone + ttl + (len(data) + lie).to_bytes(2, "big") + data,
    NAMES_ON_WIRE,
    st.sampled_from([b"\0\1", b"\0\x1c", b"\0\5", b"\0\6", b"\0\x10"]),
    st.sampled_from([b"\0\1", b"\0\3"]),
    st.binary(min_size=4, max_size=4),
    st.one_of(st.binary(min_size=4, max_size=4), st.binary(min_size=16, max_size=16), NAMES_ON_WIRE),
    st.sampled_from([0, 0, 0, 1]),
)
HEADS = st.sampled_from([b"\x80\x00", b"\x84\x00", b"\x81\x80"])


def _unharmed(wire: bytes, asked: Query) -> None:
    answer = read(wire, asked)
    if answer and answer.outcome is Outcome.ALIAS:
        assert query(answer.alias, asked.type_).wire  # whatever it is called, it can be asked for
    if answer:
        assert (answer.outcome is Outcome.ADDRESSES) == bool(answer.addresses)
        assert 0 <= answer.ttl <= 0x7FFF_FFFF


@given(st.binary(max_size=600), QUERIES)
def test_any_bytes_are_no_answer(wire: bytes, asked: Query) -> None:
    assert wire[:2] == asked.wire[:2] or read(wire, asked) is None


@given(st.binary(max_size=300), QUERIES)
def test_any_bytes_under_the_right_id_do_no_harm(rest: bytes, asked: Query) -> None:
    _unharmed(asked.wire[:2] + rest, asked)


@given(QUERIES, HEADS, st.lists(RECORDS, max_size=6), st.integers(0, 65_535), st.binary(max_size=20))
def test_any_records_to_the_right_question_do_no_harm(
    asked: Query, flags: bytes, records: list[bytes], excess: int, rest: bytes
) -> None:
    for count in (len(records), excess):
        counts = b"\0\1" + count.to_bytes(2, "big") + b"\0\1\0\0"
        _unharmed(asked.wire[:2] + flags + counts + asked.question + b"".join(records) + rest, asked)


@given(QUERIES, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4), st.integers(0, 200))
@example(query("www.example", RdataType.A), [], 0)
def test_damage_to_a_good_answer_does_no_harm(asked: Query, damage: list[tuple[int, int]], cut: int) -> None:
    wire = bytearray(_good(asked))
    for at, value in damage:
        wire[at % len(wire)] = value
    _unharmed(bytes(wire[: len(wire) - cut] if cut < len(wire) else wire), asked)


@given(QUERIES)
def test_a_good_answer_is_understood(asked: Query) -> None:
    answer = read(_good(asked), asked)
    assert answer is not None
    assert (answer.outcome, answer.ttl, answer.aliases) == (Outcome.ADDRESSES, 60, 1)
    assert answer.addresses == (("192.0.2.1", "192.0.2.2") if asked.type_ is RdataType.A else ("2001:db8::1", "::1"))


def _good(asked: Query) -> bytes:
    message = dns.message.make_response(dns.message.from_wire(asked.wire))
    name = message.question[0].name
    values = ("192.0.2.1", "192.0.2.2") if asked.type_ is RdataType.A else ("2001:db8::1", "::1")
    message.answer = [
        dns.rrset.from_text(name, 300, "IN", "CNAME", "edge.example."),
        dns.rrset.from_text("edge.example.", 60, "IN", asked.type_.name, *values),
    ]
    return message.to_wire()
