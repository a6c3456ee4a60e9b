from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from probe.model.maintenance import MaintenanceWindow, Once, Recurring, Scope
from probe.store.windows import pack, unpack

MOMENTS = st.integers(-(2**62), 2**62)
IDS = st.lists(st.text(max_size=9), unique=True, max_size=3).map(tuple)
PAIRS = st.lists(st.tuples(st.integers(-31, 9999), st.integers(-31, 9999)), unique=True, max_size=3).map(tuple)
SCOPES = st.builds(
    Scope, checks=IDS, apis=IDS, labels=st.dictionaries(st.text(max_size=9), st.text()).map(lambda each: tuple(each.items()))
)  # fmt: skip
RULES = st.builds(
    Recurring,
    zone=st.sampled_from(["UTC", "Europe/Berlin"]),
    times=PAIRS,
    weekdays=st.frozensets(st.integers(0, 6)),
    days_of_month=PAIRS,
    months=st.frozensets(st.integers(1, 12)),
    years=PAIRS,
)
WINDOWS = st.builds(
    MaintenanceWindow,
    name=st.text(),
    scope=SCOPES,
    schedule=st.one_of(
        st.builds(Once, start=MOMENTS, end=st.none() | MOMENTS), st.lists(RULES, min_size=1, max_size=3).map(tuple)
    ),
    since=st.none() | MOMENTS,
    until=st.none() | MOMENTS,
)


@given(WINDOWS)
def test_a_window_comes_back_but_for_the_order_of_what_has_none(window: MaintenanceWindow) -> None:
    found = unpack(pack(window))
    assert unpack(pack(found)) == found
    assert (found.name, found.since, found.until) == (window.name, window.since, window.until)
    assert set(found.scope.labels) == set(window.scope.labels)
    if isinstance(window.schedule, Once):
        assert found.schedule == window.schedule
    else:
        assert isinstance(found.schedule, tuple)
        assert [(rule.zone, rule.weekdays, rule.months, set(rule.times)) for rule in found.schedule] == [
            (rule.zone, rule.weekdays, rule.months, set(rule.times)) for rule in window.schedule
        ]
