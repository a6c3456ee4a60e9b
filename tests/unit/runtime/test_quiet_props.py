from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from probe.model.sample import Sample
from probe.model.units import DAY
from probe.runtime.quiet import quiet_for

dated = st.from_regex(
    r"[A-Z]?[a-z]{0,3},? ?\d{1,3}[ -][A-Za-z]{3}[ -]\d{1,5} [\d:.]{0,12} ?[A-Z+\-\d]{0,6}", fullmatch=True
)


@given(st.text(max_size=80) | dated)
@example("Sun, 06 Nov 1994 :: GMT")
def test_whatever_a_target_sends_is_read_or_ignored(text: str) -> None:
    sample = Sample(started_at=0, latency_us=0, headers=(("retry-after", text),))
    assert 0 <= quiet_for(sample) <= DAY
