from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.assertions.judging import SAMPLE, found

NOT_MODIFIED = replace(SAMPLE, http_status=304)


@pytest.mark.parametrize(
    "expectation",
    [
        "status == 304",
        "status == 3xx",
        "status != 200",
        "status != 2xx",
        "status < 400",
        "status <= 304",
        "status > 303",
        "status >= 304",
        "status in [200, 304]",
        "status in [2xx, 304]",
        "status in [3xx]",
        "status not in [200, 204]",
        "status not in [2xx, 5xx]",
    ],
)
def test_it_holds_for_a_304(expectation: str) -> None:
    assert found(expectation, NOT_MODIFIED) is None


@pytest.mark.parametrize(
    "expectation",
    [
        "status == 200",
        "status == 2xx",
        "status != 304",
        "status != 3xx",
        "status < 304",
        "status <= 303",
        "status > 304",
        "status >= 305",
        "status in [200, 204]",
        "status in [2xx, 305]",
        "status not in [304]",
        "status not in [200, 3xx]",
    ],
)
def test_it_says_which_status_it_found(expectation: str) -> None:
    assert found(expectation, NOT_MODIFIED) == "304"


def test_a_class_ends_where_the_next_begins() -> None:
    assert found("status == 2xx", replace(SAMPLE, http_status=299)) is None
    assert found("status == 2xx", replace(SAMPLE, http_status=300)) == "300"
    assert found("status == 2xx", replace(SAMPLE, http_status=199)) == "199"


def test_without_a_status_nothing_holds() -> None:
    assert found("status != 500", replace(SAMPLE, http_status=None)) == "no status"
