from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.assertions.judging import SAMPLE, found


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("latency < 713ms", None),
        ("latency < 712ms", "712ms"),
        ("latency <= 712ms", None),
        ("latency <= 711ms", "712ms"),
        ("latency > 711ms", None),
        ("latency > 712ms", "712ms"),
        ("latency >= 712ms", None),
        ("latency >= 1s", "712ms"),
    ],
)
def test_latency_is_compared_exactly(expectation: str, actual: str | None) -> None:
    assert found(expectation) == actual


def test_latency_is_shown_to_the_microsecond_so_that_it_never_seems_to_hold() -> None:
    assert found("latency < 500ms", replace(SAMPLE, latency_us=500_001)) == "500.001ms"


@pytest.mark.parametrize(
    ("expectation", "actual"),
    [
        ("phase.dns < 2ms", None),
        ("phase.dns < 1ms", "1.2ms"),
        ("phase.connect <= 3ms", None),
        ("phase.send < 1ms", None),
        ("phase.wait < 0.5s", "700ms"),
        ("phase.transfer >= 2ms", None),
    ],
)
def test_each_phase_can_be_looked_at(expectation: str, actual: str | None) -> None:
    assert found(expectation) == actual


@pytest.mark.parametrize("expectation", ["phase.tls < 1h", "phase.tls > 1ms"])
def test_a_phase_that_did_not_happen_fails_either_way(expectation: str) -> None:
    assert found(expectation) == "no tls phase took place"
