from __future__ import annotations

import json

import pytest

from tests.unit.assertions.judging import found, with_body

ORDERS = with_body(
    json.dumps(
        {
            "status": "ok",
            "n": 3,
            "price": 1.5,
            "paid": True,
            "error": None,
            "tags": ["a b", "c", 1],
            "meta": {},
            "day": "2026-11-01",
            "a.b c": {"é": 1},
            "items": [{"id": 7, "price": 5}, {"id": 8, "price": 20, "name": "big"}, {"id": "x"}],
        }
    ).encode()
)


@pytest.mark.parametrize(
    "expectation",
    [
        "json $.status == ok",
        'json $.status != "OK"',
        "json $.n == 3",
        "json $.n == 3.0",
        "json $.n != 4",
        "json $.n > 2",
        "json $.n >= 3",
        "json $.n < 3.5",
        "json $.n <= 3",
        "json $.price >= 1.5",
        "json $.day > 2026-10-31",
        "json $.paid == true",
        "json $.error == null",
        "json $.status != null",
        "json $.error != boom",
        "json $.meta != null",
        "json $.n in [1, 3]",
        "json $.n not in [1, 2]",
        "json $.error in [null, none-yet]",
        "json $.status in [ok, fine, 3]",
        'json $.tags contains "a b"',
        "json $.tags contains 1",
        'json $.tags not contains "1"',
        "json $.tags not contains true",
        "json $.status contains o",
        "json $.status not contains x",
        "json $.status starts with o",
        "json $.status ends with k",
        "json $.day starts with 2026",
        r"json $.day matches '^\d{4}-\d\d-\d\d$'",
        "json $.day not matches '^1'",
        "json $.status exists",
        "json $.error exists",
        "json $.nothing not exists",
        "json $.items[9] not exists",
        "json $.status[0] not exists",
        "json $.n.x not exists",
        "json $.status is string",
        "json $.n is number",
        "json $.price is number",
        "json $.paid is boolean",
        "json $.error is null",
        "json $.tags is array",
        "json $.meta is object",
        "json $ is object",
        "json $.items[-1].id == x",
        "json $['a.b c'].é == 1",
    ],
)
def test_it_holds(expectation: str) -> None:
    assert found(expectation, ORDERS) is None


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("json $.status == OK", '"ok"'),
        ("json $.status != ok", '"ok"'),
        ("json $.n == 4", "3"),
        ("json $.n > 3", "3"),
        ("json $.n not in [3]", "3"),
        ("json $.price < 1", "1.5"),
        ("json $.paid == false", "true"),
        ("json $.error != null", "null"),
        ("json $.status == null", '"ok"'),
        ("json $.tags contains d", "an array of 3"),
        ("json $.meta is array", "an object of 0"),
        ("json $.n is string", "3"),
        ("json $.error not exists", "null"),
        ("json $.nothing exists", "nothing at $.nothing"),
        ("json $.items[9].id exists", "nothing at $.items[9]"),
        ("json $.gone.below.it == 1", "nothing at $.gone"),
        ("json $['a.b c'].x exists", 'nothing at $["a.b c"].x'),
    ],
)
def test_it_says_what_it_found(expectation: str, actual: str) -> None:
    assert found(expectation, ORDERS) == actual


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ('json $.n == "3"', "3, a number, not a string"),
        ('json $.n != "3"', "3, a number, not a string"),
        ("json $.paid == 1", "true, a boolean, not a number"),
        ("json $.paid != 1", "true, a boolean, not a number"),
        ("json $.paid not in [1, 2]", "true, a boolean, not a number"),
        ("json $.paid > 0", "true, a boolean, not a number"),
        ("json $.status > 1", '"ok", a string, not a number'),
        ("json $.error < 1", "null, not a number"),
        ("json $.tags != ok", "an array of 3, not a string"),
        ("json $.meta not contains x", "an object of 0, not a string or an array"),
        ("json $.status not contains 1", '"ok", a string, not an array'),
        ("json $.n not matches x", "3, a number, not a string"),
        ("json $.n starts with 3", "3, a number, not a string"),
        ("json $.nothing != 1", "nothing at $.nothing"),
        ("json $.nothing not contains x", "nothing at $.nothing"),
    ],
)
def test_what_cannot_be_compared_fails_negated_or_not(expectation: str, actual: str) -> None:
    assert found(expectation, ORDERS) == actual


@pytest.mark.parametrize(
    "expectation",
    [
        "json $.items[*].id == 8",
        "json $.items[*].id == x",
        "json $.items[*].price != 6",
        "json $.items[*].price > 10",
        "json $.items[*].price not in [1, 2]",
        "json $..price < 2",
        "json $.items[?@.price > 10].name == big",
        "json $.items[?search(@.name, '^b.g$')].id == 8",
        "json $.items[?match(@.name, 'b')].id not exists",
        "json $.items[?@.price > 100] not exists",
        "json $.items[0, 1].id is number",
        "json $.items[:2].price exists",
    ],
)
def test_of_several_values_one_must_hold_and_none_what_is_negated(expectation: str) -> None:
    assert found(expectation, ORDERS) is None


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("json $.items[:2].id == 9", "7, 8"),
        ("json $.items[*].price != 20", "5, 20"),
        ("json $.items[:2].id not in [8]", "7, 8"),
        ("json $.items[*].id != 9", '"x", a string, not a number'),
        ("json $.items[*].gone == 1", "nothing at $.items[*].gone"),
        ("json $..* exists", None),
        ("json $.items[*].* is null", "7, 5, 8 and 3 more"),
    ],
)
def test_several_values_are_all_told(expectation: str, actual: str | None) -> None:
    assert found(expectation, ORDERS) == actual


@pytest.mark.parametrize(
    ("body", "actual"),
    [
        (b"", "the body is empty"),
        (b" \n", "the body is empty"),
        (b"<html>", "the body is not JSON: Expecting value at line 1 column 1"),
        (b'{"a": 1', "the body is not JSON: Expecting ',' delimiter at line 1 column 8"),
        (b'"\n"', "the body is not JSON: Invalid control character at line 1 column 2"),
        (b'{"a": 1} x', "the body is not JSON: Extra data at line 1 column 10"),
        (b'{"a": NaN}', "the body is not JSON: it holds NaN"),
        (b"[-Infinity]", "the body is not JSON: it holds -Infinity"),
        (b'"\xff"', "the body is not JSON: no UTF-8 at byte 2"),
        (b'{"a": 1, "b": 2, "a": 3}', 'the body repeats the key "a" in one JSON object'),
        (b"9" * 5_000, "the body holds a number with too many digits"),
        (b"[" * 100_000, "the body is nested too deeply to be read"),
        (b"[" * 100_000 + b"]" * 100_000, "the body is nested too deeply to be read"),
        (b"[" + b"[]," * 300_000 + b"1]", "the body may hold more than 250,000 JSON values"),
    ],
)
def test_a_body_that_is_no_json_fails_even_what_is_not_to_exist(body: bytes, actual: str) -> None:
    for operator in ("exists", "not exists", "== 1", "!= 1"):
        assert found(f"json $.a {operator}", with_body(body)) == actual


def test_a_number_beyond_all_measure_is_not_compared() -> None:
    sample = with_body(b'{"a": 1e999, "b": -1e999}')
    for expectation in ("json $.a > 1", "json $.a != 1", "json $.b < 1", "json $.a not in [1]"):
        assert found(expectation, sample) == "a number too large to be compared"
    assert found("json $.a is number", sample) is None


def test_large_integers_are_compared_exactly() -> None:
    sample = with_body(b'{"a": 9007199254740993}')
    assert found("json $.a == 9007199254740993", sample) is None
    assert found("json $.a == 9007199254740992", sample) == "9007199254740993"


def test_five_megabytes_of_text_are_one_value() -> None:
    sample = with_body(b'{"a": "' + b"x" * 5_000_000 + b'"}')
    assert found("json $.a ends with x", sample) is None


def test_a_byte_order_mark_before_json_is_ignored() -> None:
    assert found("json $.a == 1", with_body(b'\xef\xbb\xbf{"a": 1}')) is None


def test_half_a_surrogate_pair_is_text_that_matches_nothing() -> None:
    sample = with_body(b'{"a": "\\ud800"}')
    assert found("json $.a matches x", sample) == '"\ud800"'
    assert found("json $.a not matches x", sample) is None
