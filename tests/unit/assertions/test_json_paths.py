from __future__ import annotations

import json

import pytest

from probe.assertions.paths import MAX_RESULTS, Several, canonical_path, compile_path, path_end
from probe.assertions.unreadable import Missing, Unreadable


def test_one_place_gives_the_value_itself() -> None:
    assert compile_path("$.a[1]['b']")({"a": [0, {"b": None}]}) is None
    assert compile_path("$")(5) == 5


def test_a_search_gives_several_even_when_it_finds_one() -> None:
    assert compile_path("$[*]")([5]) == Several((5,))


def test_a_text_has_no_items_and_a_key_is_no_index() -> None:
    for path, document in (("$[0]", "abc"), ("$[0]", {"0": 1}), ("$['0']", [1]), ("$.a", None)):
        with pytest.raises(Missing):
            compile_path(path)(document)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$.a == 1", "$.a"),
        ("$.a== 1", "$.a"),
        ("$.a<1", "$.a"),
        ("$", "$"),
        ("$[?@.a > 1].b exists", "$[?@.a > 1].b"),
        ("$[?(@.a == 'x ]')] exists", "$[?(@.a == 'x ]')]"),
        (r'$["a\" ]"].b exists', r'$["a\" ]"].b'),
        ("$['it''s'] x", "$['it''s']"),
        ("== 1", ""),
    ],
)
def test_a_path_ends_at_white_space_outside_brackets_and_quotes(text: str, path: str) -> None:
    assert text[: path_end(text)] == path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a.b", "a JSONPath starts with `$`, such as `$.items[0].id`; did you mean `$.a.b`?"),
        ("[0]", "a JSONPath starts with `$`, such as `$.items[0].id`"),
        ("$ .a", "a JSONPath has white space only inside brackets, and stays on one line"),
        ("$['a\n']", "a JSONPath has white space only inside brackets, and stays on one line"),
        ("$.a[", "`$.a[` is not a JSONPath: unbalanced brackets at character 5"),
        ("$.a[01]", "`$.a[01]` is not a JSONPath: leading zero in index selector at character 5"),
        ("$..*..*", "`$..*..*` searches everything below everything; write `..` only once"),
        (
            "$[?@.a == $.b]",
            "`$[?@.a == $.b]` looks at the whole document again for each value; in a filter write `@` only",
        ),
        (
            "$[?match(@.a, @.b)]",
            "`$[?match(@.a, @.b)]` is not a JSONPath: the pattern of match() must be a literal at character 4",
        ),
        (
            "$[?search(@.a, '(?=x)')]",
            "`$[?search(@.a, '(?=x)')]` is not a JSONPath: the pattern of search() is not a regular expression: look-ahead is not supported at character 4",
        ),
        ("$" + ".a" * 300, "the JSONPath has 601 characters; at most 500 are allowed"),
    ],
)
def test_a_path_that_is_none_or_costs_too_much_is_refused(path: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 — the message follows
        canonical_path(path)
    assert str(refused.value) == message


def test_the_patterns_of_filters_do_not_backtrack() -> None:
    read = compile_path("$[?search(@, '^(a+)+$')]")
    assert read(["b", "a" * 100_000]) == Several(("a" * 100_000,))
    with pytest.raises(Missing):
        read(["a" * 100_000 + "!"])


def test_what_multiplies_at_every_step_is_stopped() -> None:
    document: object = 1
    for _ in range(60):
        document = [document]
    read = compile_path("$" + "[*,*]" * 60 + ".x")
    for _ in range(2):
        with pytest.raises(Unreadable, match="would visit more than 50,000 values"):
            read(document)


def test_a_filter_pays_for_what_it_looks_at() -> None:
    with pytest.raises(Unreadable, match="would visit more than 50,000 values"):
        compile_path("$[?@.a == 1]")([0] * 60_000)


def test_a_nested_filter_pays_too() -> None:
    with pytest.raises(Unreadable, match="would visit more than 50,000 values"):
        compile_path("$[?@[?@ > 5]]")([[0] * 100] * 600)


def test_too_many_results_are_no_answer() -> None:
    with pytest.raises(Unreadable, match="more than 10,000 values at"):
        compile_path("$[*]")([1] * (MAX_RESULTS + 1))


def test_a_document_deeper_than_a_search_goes_is_no_answer() -> None:
    deep = json.loads("[" * 200 + "]" * 200)
    with pytest.raises(Unreadable, match="nested too deeply"):
        compile_path("$..a")(deep)


def test_a_filter_that_the_library_stumbles_over_is_no_answer() -> None:
    with pytest.raises(Unreadable, match="can't be evaluated here"):
        compile_path("$[?value(@) == 'x']")(["x"])
