"""What is stored as JSON comes back as it was, and other versions of probe lose nothing of it that they know."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.alerting.book import Told
from probe.model.alert import Facts
from probe.model.notification import BudgetImpact, Entry, Message, Occasion
from probe.model.sla import AlertLevel
from probe.store.content import (
    Json,
    pack_facts,
    pack_message,
    pack_names,
    pack_pairs,
    pack_told,
    unpack_facts,
    unpack_message,
    unpack_names,
    unpack_pairs,
    unpack_told,
)

MESSAGES = st.from_type(Message)
HOSTILE = st.text(st.characters(categories=("L", "Cc", "Cs", "P")))


@settings(max_examples=25)
@given(MESSAGES)
def test_a_message_comes_back_as_it_was(message: Message) -> None:
    found = unpack_message(pack_message(message))
    assert unpack_message(pack_message(found)) == found or "nan" in repr(found)
    if "\\x00" not in repr(message):
        assert repr(found) == repr(message)


@given(st.from_type(Facts), st.dictionaries(st.text(), st.from_type(Told)))
def test_facts_and_what_was_told_come_back_as_they_were(facts: Facts, told: dict[str, Told]) -> None:
    if "\\x00" not in repr((facts, told)):
        assert unpack_facts(pack_facts(facts)) == facts
        assert unpack_told(pack_told(told)) == told


@given(st.lists(HOSTILE).map(tuple))
def test_whatever_stands_in_texts_every_database_takes_it(texts: tuple[str, ...]) -> None:
    for stored in (
        pack_names(texts),
        pack_pairs(tuple((text, text) for text in texts)),
        *(pack_facts(Facts(detail=text)) for text in texts),
    ):
        assert "\0" not in stored
        stored.encode()
    assert "\0" not in "".join(unpack_names(pack_names(texts)))
    assert len(unpack_pairs(pack_pairs(tuple((text, "") for text in texts)))) == len(texts)


@settings(max_examples=25)
@given(MESSAGES)
def test_what_a_later_version_added_is_left_out(message: Message) -> None:
    packed = pack_message(message)
    found = unpack_message(json.dumps(with_more(json.loads(packed))))
    assert repr(found) == repr(unpack_message(packed))


@settings(max_examples=25)
@given(MESSAGES)
def test_what_an_earlier_version_did_not_know_is_as_by_default(message: Message) -> None:
    packed = json.loads(pack_message(message))
    found = unpack_message(json.dumps(without_optional(packed, Message)))
    defaults = {field.name: field.default for field in fields(Message) if field.default is not MISSING}
    entries = tuple(
        replace(each, **{field.name: field.default for field in fields(Entry) if field.default is not MISSING})
        for each in unpack_message(json.dumps(packed)).entries
    )
    expected = replace(unpack_message(json.dumps(packed)), entries=entries, **defaults)
    assert repr(found) == repr(expected)


@pytest.mark.parametrize("ratio", [float("inf"), float("-inf"), 1e300])
def test_a_ratio_without_end_is_no_reason_to_lose_a_message(ratio: float) -> None:
    impact = BudgetImpact(objective="o", used_ratio=ratio, spent_ratio=0.5, left=-1, sentence="s")
    message = Message(
        id="msg_1",
        channel="ops",
        thread="t1",
        number=1,
        occasion=Occasion.FIRING,
        level=AlertLevel.INFO,
        title="it is down",
        status="INFO",
        group=(),
        at=1,
        zone="UTC",
        entries=(),
        budget=impact,
    )
    assert unpack_message(pack_message(message)) == message


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}", "null", '{"id": 1}'])
def test_what_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_message(text)


def with_more(value: Json) -> Json:
    if isinstance(value, dict):
        return {"of_a_later_version": [1], **{key: with_more(item) for key, item in value.items()}}
    return [with_more(item) for item in value] if isinstance(value, list) else value


def without_optional(value: dict[str, Json], kind: type[Message | Entry]) -> dict[str, Json]:
    kept = {field.name for field in fields(kind) if field.default is MISSING}
    return {
        key: [without_optional(each, Entry) for each in item] if key == "entries" else item  # type: ignore[arg-type, union-attr]
        for key, item in value.items()
        if key in kept
    }
