from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from probe.model.maintenance import MaintenanceAction, MaintenanceChange, MaintenanceWindow, Once, Recurring, Scope
from probe.slo.maintenance_log import changes_of_file, remaining

NIGHTLY = MaintenanceWindow(name="nightly", scope=Scope(), schedule=(Recurring(zone="UTC", times=((120, 240),)),))
MOVE = MaintenanceWindow(name="move", scope=Scope(apis=("shop",)), schedule=Once(start=50, end=70))
LONGER = replace(MOVE, schedule=Once(start=40, end=90))
LISTS = st.lists(st.sampled_from([NIGHTLY, MOVE, LONGER, replace(LONGER, name="nightly")]))


def changes(before: list[MaintenanceWindow], after: list[MaintenanceWindow]) -> tuple[MaintenanceChange, ...]:
    return changes_of_file(Counter(before), Counter(after), at=60, author="checks.yaml", location="here")


def test_a_window_is_added_changed_or_removed() -> None:
    added = changes([], [MOVE])
    assert added == (
        MaintenanceChange(
            at=60,
            author="checks.yaml",
            action=MaintenanceAction.ADDED,
            window=MOVE,
            affects=50,
            location="here",
        ),
    )
    (changed,) = changes([MOVE, NIGHTLY], [NIGHTLY, LONGER])
    assert (changed.action, changed.before, changed.window, changed.affects) == ("changed", MOVE, LONGER, 40)
    (removed,) = changes([MOVE, NIGHTLY], [MOVE])
    assert (removed.action, removed.before, removed.window, removed.affects) == ("removed", None, NIGHTLY, None)


def test_it_reaches_back_where_the_window_began_before_or_recurs_since_ever() -> None:
    assert [each.is_afterwards for each in changes([], [MOVE, NIGHTLY])] == [True, True]
    (coming,) = changes([], [replace(MOVE, schedule=Once(start=60, end=None))])
    assert not coming.is_afterwards


def test_the_same_windows_are_no_change() -> None:
    assert changes([MOVE, NIGHTLY], [NIGHTLY, MOVE]) == ()


@given(st.lists(LISTS, min_size=1))
def test_the_log_of_all_changes_tells_what_is_there(files: list[list[MaintenanceWindow]]) -> None:
    log: list[MaintenanceChange] = []
    for file in files:
        log += changes_of_file(remaining(log), Counter(file), at=0, author="a", location="here")
        assert remaining(log) == Counter(file)
