from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.assertions.judging import SAMPLE, found


@pytest.mark.parametrize(
    "expectation",
    [
        "header content-type == application/json",
        "header CONTENT-TYPE contains json",
        "header content-type != text/html",
        "header content-type not contains html",
        "header content-type starts with application/",
        "header content-type ends with json",
        "header content-type matches '^application/(problem[+])?json$'",
        "header content-type not matches html",
        "header content-type in [application/json, text/json]",
        "header content-type not in [text/html]",
        "header content-type exists",
        "header x-absent not exists",
    ],
)
def test_it_holds(expectation: str) -> None:
    assert found(expectation) is None


@pytest.mark.parametrize(
    "expectation",
    [
        "header content-type == application/JSON",
        "header content-type != application/json",
        "header content-type contains html",
        "header content-type not contains json",
        "header content-type starts with text/",
        "header content-type ends with html",
        "header content-type matches '^json'",
        "header content-type not matches json",
        "header content-type in [text/html]",
        "header content-type not in [application/json]",
        "header content-type not exists",
    ],
)
def test_it_shows_the_value_it_found(expectation: str) -> None:
    assert found(expectation) == '"application/json"'


@pytest.mark.parametrize(
    "operator",
    ["== a", "!= a", "contains a", "not contains a", "not matches a", "not in [a]", "exists"],
)
def test_an_absent_header_fails_whatever_was_expected_of_it(operator: str) -> None:
    assert found(f"header x-absent {operator}") == 'no header "x-absent"'


def test_repeated_headers_are_one_value_joined_by_commas() -> None:
    assert found('header x-tag == "a, b"') is None


def test_an_empty_header_exists() -> None:
    sample = replace(SAMPLE, headers=(("X-Empty", ""),))
    assert found("header x-empty exists", sample) is None
    assert found('header x-empty == ""', sample) is None
    assert found("header x-empty contains a", sample) == '""'


def test_what_is_shown_stays_on_one_line() -> None:
    sample = replace(SAMPLE, headers=(("X-Odd", 'a"\r\n\tb'),))
    assert found("header x-odd == a", sample) == r'"a\"\r\n\tb"'
