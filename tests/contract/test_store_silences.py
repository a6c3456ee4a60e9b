"""What people don't want to be told is kept, and nothing of it is ever deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from probe.model.alert import Silence
from probe.model.errors import StoreError
from probe.model.maintenance import Scope
from probe.model.sensitive import Sensitive
from probe.model.units import HOUR, MINUTE
from probe.store import Store
from probe.store.alert_tables import silences
from tests.contract.test_store import T0
from tests.contract.test_store_opening import engine_of

NOW = T0 + HOUR
SCOPE = Scope(checks=("shop/home", "shop/list"), apis=("shop",), labels=(("team", "a“b"),))
SILENCE = Silence(
    scope=SCOPE,
    rules=("down", "slow"),
    comment="we know",
    author="alice",
    start=NOW,
    until=NOW + HOUR,
    made_at=NOW,
)


def test_a_silence_comes_back_as_it_was_declared(store: Store, opened: Callable[[], Store]) -> None:
    assert store.silences.declare(SILENCE) == replace(SILENCE, id="s1")
    everything = replace(SILENCE, scope=Scope(), rules=())
    assert store.silences.declare(everything).id == "s2"
    found = opened().silences.silences(now=NOW)
    assert found == (replace(SILENCE, id="s1"), replace(everything, id="s2"))


def test_one_that_is_ended_or_over_is_kept_and_counts_no_more(store: Store) -> None:
    for start in (NOW, NOW + MINUTE, NOW + 2 * HOUR):
        store.silences.declare(replace(SILENCE, start=start, until=start + HOUR))
    ended = store.silences.end("s1", author="bob", now=NOW + MINUTE)
    assert ended == replace(SILENCE, id="s1", ended_at=NOW + MINUTE)
    assert [each.id for each in store.silences.silences(now=NOW)] == ["s1", "s2", "s3"]
    assert [each.id for each in store.silences.silences(now=NOW + MINUTE)] == ["s2", "s3"]
    assert [each.id for each in store.silences.silences(now=NOW + HOUR + MINUTE)] == ["s3"]
    every = store.silences.silences(ended=True, now=NOW + 9 * HOUR)
    assert [each.id for each in every] == ["s1", "s2", "s3"]
    assert every[0] == ended


@pytest.mark.parametrize("silence_id", ["s1", "s2", "s9", "", "s", "x", "s" + "9" * 99, "s-1", "s\u0663"])
def test_what_is_not_there_or_over_is_not_ended(store: Store, silence_id: str) -> None:
    store.silences.declare(SILENCE)
    store.silences.end("s1", author="bob", now=NOW)
    store.silences.declare(replace(SILENCE, until=NOW + 1))
    assert store.silences.end(silence_id, author="carol", now=NOW + 1) is None
    assert [each.ended_at for each in store.silences.silences(ended=True, now=NOW)] == [NOW, None]


@pytest.mark.parametrize("change", [{"author": ""}, {"author": "x" * 201}, {"until": NOW}])
def test_one_that_makes_no_sense_is_refused(store: Store, change: dict[str, object]) -> None:
    with pytest.raises(StoreError, match="refused a row"):
        store.silences.declare(replace(SILENCE, **change))  # type: ignore[arg-type]
    assert store.silences.silences(ended=True, now=NOW) == ()


def test_whatever_somebody_has_typed_is_stored(store: Store) -> None:
    typed = replace(SILENCE, comment="a\0b\ud800", author="\ud800", rules=("a\ud800",))
    store.silences.declare(typed)
    (found,) = store.silences.silences(now=NOW)
    assert (found.comment, found.author, found.rules) == ("a\N{REPLACEMENT CHARACTER}b?", "?", ("a?",))


@pytest.mark.parametrize("spoilt", ["no JSON", "[1]", "{}", '{"scope": 1, "rules": []}'])
def test_one_that_somebody_has_spoilt_silences_nothing_and_hides_no_other(
    store: Store, url: Sensitive, spoilt: str
) -> None:
    store.silences.declare(SILENCE)
    with engine_of(url).begin() as connection:
        connection.execute(update(silences).values(content=spoilt))
    other = store.silences.declare(SILENCE)
    assert store.silences.silences(now=NOW) == (other,)
