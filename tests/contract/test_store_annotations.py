"""What people say of incidents is kept as they said it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from probe.model.errors import StoreError
from probe.model.incident import Annotation, AnnotationKind
from probe.store import Store
from tests.contract.test_store import T0, up


def note(text: str = "it was the disk", **changes: object) -> Annotation:
    told = {
        "check": "orders/list", "location": "default", "moment": T0, "kind": AnnotationKind.NOTE, "made_at": T0 + 5,
        "author": "ada", "text": text,
    }  # fmt: skip
    return Annotation(**{**told, **changes})  # type: ignore[arg-type]


def test_it_is_read_back_in_the_order_in_which_it_was_said(store: Store, opened: Callable[[], Store]) -> None:
    store.record([up(), up(check="orders/pay"), up(location="west")])
    said = [
        note("first"),
        note("", kind=AnnotationKind.ACKNOWLEDGEMENT, check="orders/pay", made_at=T0 + 6),
        note("third", made_at=T0 + 6, moment=T0 - 1),
    ]
    for each in said:
        store.annotate(each)
    store.annotate(note(location="west"))
    assert store.annotations("default") == opened().annotations("default") == tuple(said)
    assert store.annotations("west") == (note(location="west"),)
    assert store.annotations("nowhere") == ()


def test_whatever_is_said_can_be_stored(store: Store) -> None:
    store.record([up()])
    store.annotate(note("a\0b \ud800 \N{PILE OF POO}\n'; DROP TABLE annotations", author="\x1b[31m"))
    (told,) = store.annotations("default")
    assert told.text == "a\N{REPLACEMENT CHARACTER}b ? \N{PILE OF POO}\n'; DROP TABLE annotations"
    assert told.author == "\x1b[31m"


@pytest.mark.parametrize("told", [note(check="orders/none"), note(location="nowhere")])
def test_nothing_is_said_of_a_check_that_the_store_does_not_know(store: Store, told: Annotation) -> None:
    store.record([up()])
    with pytest.raises(StoreError):
        store.annotate(told)
    assert store.annotations("default") == ()
