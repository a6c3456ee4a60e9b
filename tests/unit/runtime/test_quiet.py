from __future__ import annotations

import pytest

from probe.model.sample import Sample
from probe.model.units import DAY, SECOND, Micros
from probe.runtime.quiet import quiet_for

STARTED = 784_111_777 * SECOND - SECOND  # a second before Sun, 06 Nov 1994 08:49:37 GMT, RFC 9110's example


def asked(*values: str, latency: Micros = 0) -> Micros:
    headers = (("server", "x"), *(("retry-after", value) for value in values))
    return quiet_for(Sample(started_at=STARTED, latency_us=latency, http_status=503, headers=headers))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (" 120 ", 120),
        ("0", 0),
        ("1.5", 1.5),
        ("Sun, 06 Nov 1994 08:49:47 GMT", 11),
        ("Sunday, 06-Nov-94 08:49:47 GMT", 11),
        ("Sun Nov  6 08:49:47 1994", 11),
        ("Sun, 06 Nov 1994 09:49:47 +0100", 11),
        ("Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
        ("9" * 60, DAY // SECOND),
        ("9" * 5000, 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY // SECOND),
        ("Sun, 06 Nov 99999 08:49:37 GMT", 0),
        ("٣٠", 0),
    ],
)
def test_it_is_read_leniently_and_within_bounds(value: str, seconds: float) -> None:
    assert asked(value) == round(seconds * SECOND)


def test_without_it_nothing_is_asked_for() -> None:
    assert asked() == 0


def test_of_several_the_longest_counts() -> None:
    assert asked("5", "nonsense", "20") == 20 * SECOND


def test_a_date_counts_from_the_responses_end() -> None:
    assert asked("Sun, 06 Nov 1994 08:49:47 GMT", latency=4 * SECOND) == 7 * SECOND
