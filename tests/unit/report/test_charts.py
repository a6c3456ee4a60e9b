from __future__ import annotations

import re

import pytest

from probe.model.result import State
from probe.model.units import DAY, HOUR, MINUTE
from probe.report.charts import charts, timeline
from probe.report.frame import Chart
from tests.fakes import history
from tests.unit.report.material import INTERVAL, NOW, ZONE, broken, healthy, past, record, slots


def by_name(seen: tuple[Chart, ...]) -> dict[str, Chart]:
    return {chart.name: chart for chart in seen}


def commands(chart: Chart, kind: str) -> str:
    found = re.search(rf'<path class="{kind}" d="([^"]*)"', chart.drawing.markup)
    return found[1] if found else ""


GAP = past(slots(NOW - DAY, NOW - 9 * HOUR) + slots(NOW - 6 * HOUR, NOW))


def test_there_are_four_charts_and_each_says_its_gist() -> None:
    seen = charts(healthy(), ZONE)
    assert [chart.name for chart in seen] == ["Latency", "Phases", "Status", "Traffic"]
    assert all(f'aria-label="{chart.gist}"' in chart.drawing.markup for chart in seen)
    assert seen[0].gist == "Latency: median 120 ms to 120 ms, p95 up to 120 ms, highest 120 ms"


def test_a_line_breaks_where_nothing_was_measured() -> None:
    assert commands(by_name(charts(healthy(), ZONE))["Latency"], "l p50").count("M") == 1
    assert commands(by_name(charts(GAP, ZONE))["Latency"], "l p50").count("M") == 2


def test_a_gap_is_hatched_and_said() -> None:
    latency = by_name(charts(GAP, ZONE))["Latency"]
    assert latency.drawing.markup.count('class="gap"') == 1
    assert "nothing is known of 2 h 45 min" in latency.gist


def test_no_column_stands_in_a_gap() -> None:
    gaps = timeline(GAP, ZONE).gaps
    drawn = commands(by_name(charts(GAP, ZONE))["Status"], "s c2xx")
    columns = {int(x) // 10 for x in re.findall(r"M(\d+) ", drawn)}
    assert gaps
    assert not columns & set(gaps)


def test_a_check_that_runs_seldom_has_no_gaps_between_its_runs() -> None:

    hourly = [record(at) for at in range(NOW - DAY, NOW, HOUR)]
    seen = history.past(hourly, interval=HOUR, now=NOW, zone=ZONE)
    assert timeline(seen, ZONE).gaps == ()
    assert commands(charts(seen, ZONE)[0], "l p50").count("M") == 1


def test_runs_that_were_down_are_marked_above_the_latency() -> None:
    assert 'class="strip d"' in charts(broken(), ZONE)[0].drawing.markup
    assert 'class="strip d"' not in charts(healthy(), ZONE)[0].drawing.markup


def test_runs_without_a_response_are_a_class_of_their_own() -> None:
    status = by_name(charts(broken(), ZONE))["Status"]
    assert [key.name for key in status.keys] == ["2xx", "no response"]
    assert status.gist == "Status of runs: 276 2xx, 12 no response"


def test_a_check_without_any_result_has_empty_charts() -> None:
    for chart in charts(past([]), ZONE):
        assert "<path" not in chart.drawing.markup
        assert 'class="gap"' not in chart.drawing.markup


def test_a_lone_result_is_a_dot() -> None:
    alone = past([record(NOW - INTERVAL, State.UP)])
    assert commands(charts(alone, ZONE)[0], "l p50 dot") == "M55 200h0"
    assert commands(charts(alone, ZONE)[0], "l p50") == ""


def test_two_results_are_two_dots_and_three_make_a_line() -> None:
    two, three = (past([record(NOW - back * INTERVAL) for back in range(count, 0, -1)]) for count in (2, 3))
    assert commands(charts(two, ZONE)[0], "l p50 dot") == "M45 200h0M55 200h0"
    assert commands(charts(three, ZONE)[0], "l p50") == "M35 200L45 200L55 200"


def test_a_young_check_is_drawn_over_the_minutes_it_has() -> None:
    seen = charts(past(slots(NOW - 20 * MINUTE, NOW)), ZONE)
    assert [chart.note for chart in seen] == [
        "of responses, percentiles of 5 minutes each",
        "mean of each phase in 5 minutes",
        "runs in 5 minutes",
        "bytes on the wire in 5 minutes",
    ]
    assert all("the last 30 minutes</desc>" in chart.drawing.markup for chart in seen)


@pytest.mark.parametrize("kind", ["s received", "s sent"])
def test_traffic_goes_up_when_received_and_down_when_sent(kind: str) -> None:
    drawn = commands(by_name(charts(healthy(), ZONE))["Traffic"], kind)
    bottom, top = map(int, re.findall(r"M\d+ (\d+)h8V(\d+)", drawn)[0])
    assert top < bottom
