from __future__ import annotations

from datetime import UTC, datetime, timedelta

from probe.runtime.every import Every

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_it_fires_one_step_after_the_last_time() -> None:
    assert Every(5).get_next_fire_time(NOW, NOW) == NOW + timedelta(seconds=5)


def test_after_a_clock_was_set_forward_it_goes_on_from_now() -> None:
    assert Every(0.5).get_next_fire_time(NOW - timedelta(days=3650), NOW) == NOW + timedelta(seconds=0.5)
