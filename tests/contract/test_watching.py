"""Turns are stored with the results that bring them, whatever happens: no change is lost, and none is told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from probe.alerting.watching import Watched, folded
from probe.config.load import loads
from probe.model.alert import Certificate, Facts, Turn, Watch
from probe.model.errors import StoreError, StoreUnreachable
from probe.model.maintenance import Scope
from probe.model.result import Result, State
from probe.model.rule import AlertRule, Condition, LevelRule, ProberCondition, StateCondition
from probe.model.run import Run
from probe.model.sample import CertificateFacts, FailureKind, TlsFacts
from probe.model.sla import AlertLevel
from probe.model.units import DAY, MINUTE, SECOND, Micros
from probe.runtime.batches import Batch
from probe.runtime.watching import Watcher
from probe.store import Ranges, Recorded, Store
from probe.store.alerts import AlertBook

NOW = 1_790_000_000 * SECOND
ONCE = Watch(State.DOWN, 1, 1, 1)
TWICE = Watch(State.DOWN, 2, 2, 2)
OF_THREE = Watch(State.DOWN, 2, 3, 1)
UNKNOWN = Watch(State.UNKNOWN, 2, 2, 1)
STATES = {"u": State.UP, "d": State.DOWN, "g": State.DEGRADED, "?": State.UNKNOWN}
CHECK = "shop/list"


class Unsteady(Store):
    """A store of which somebody says what goes wrong next.

    Attributes:
        faults: of the next calls: `before` fails without a trace, `after` has stored all the same, `refused` is for good.
        refuses: slots that are never taken.
    """

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.faults: list[str] = []
        self.refuses: set[Micros] = set()

    def record(self, results: Sequence[Result], turns: Sequence[Turn] = ()) -> Recorded:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "before":
            raise StoreUnreachable("it is away")
        if fault == "refused" or self.refuses & {result.scheduled_at for result in results}:
            raise StoreError("it does not want that")
        recorded = self.inner.record(results, turns)
        if fault == "after":
            raise StoreUnreachable("it was away just then")
        return recorded

    @property
    def alerts(self) -> AlertBook:
        return self.inner.alerts

    @contextmanager
    def ranges(self, location: str) -> Iterator[Ranges]:
        with self.inner.ranges(location) as ranges:
            yield ranges


def watches(*wanted: Watch, check: str = CHECK) -> dict[str, Watched]:
    return {check: Watched(check=check, watches=wanted, interval=MINUTE, host="shop.example.com")}


def at(number: int) -> Micros:
    return NOW + number * MINUTE


def results(line: str, *, first: int = 0, check: str = CHECK) -> list[Result]:
    """A letter a slot, a minute apart; a blank is none."""
    return [
        Result(
            check=check, location="default", scheduled_at=at(first + number), state=STATES[letter],
            failure={"d": FailureKind.TIMEOUT, "?": FailureKind.MISSED}.get(letter),
            detail="no answer" if letter == "d" else None, attempts=int(letter != "?"),
        )
        for number, letter in enumerate(line) if letter != " "
    ]  # fmt: skip


def batch(line: str, *, first: int = 0, check: str = CHECK) -> Batch:
    found = results(line, first=first, check=check)
    return Batch(found, [each.scheduled_at + SECOND for each in found])


def begun(store: Store, wanted: Mapping[str, Watched], *, now: Micros = NOW, location: str = "default") -> Watcher:
    """As a daemon begins."""
    watcher = Watcher(store, location)
    watcher.certificates.begin(watcher.certificates.known())
    watcher.replace(wanted, now)
    return watcher


def told(store: Store, watch: Watch | None = None, check: str = CHECK) -> list[tuple[bool, int]]:
    """Each turn, with the number of its slot."""
    return [
        (turn.began, (turn.slot - NOW) // MINUTE)
        for turn in store.alerts.turns(after=0)
        if turn.check == check and watch in (None, turn.watch)
    ]


def test_a_turn_is_stored_with_the_result_that_makes_it_sure(store: Store) -> None:
    watcher = begun(store, watches(TWICE))
    watcher.record(batch("ud"))
    assert told(store) == []
    watcher.record(batch("duu", first=2))
    assert store.alerts.turns(after=0) == (
        Turn(
            check=CHECK, location="default", watch=TWICE, began=True, slot=at(1), known_at=at(2) + SECOND,
            facts=Facts(failure=FailureKind.TIMEOUT, detail="no answer", host="shop.example.com"), id=1,
        ),
        Turn(check=CHECK, location="default", watch=TWICE, began=False, slot=at(3), known_at=at(4) + SECOND, id=2),
    )  # fmt: skip


def test_before_anything_is_watched_results_are_stored_alone(store: Store) -> None:
    assert Watcher(store, "default").record(batch("dd")) == 2
    assert told(store) == []


def test_a_result_that_is_no_later_than_the_last_turns_nothing(store: Store) -> None:
    watcher = begun(store, watches(ONCE))
    watcher.record(batch("uu", first=5))
    watcher.record(batch("dd", first=3))
    watcher.record(batch("d", first=6))
    assert told(store) == []


def test_a_gap_that_is_stored_behind_later_results_is_seen_in_its_place(store: Store) -> None:
    watcher = begun(store, watches(UNKNOWN))
    later, missed = batch("u", first=3), batch("??", first=1)
    both = Batch([*later.results, *missed.results], [*later.came, *missed.came])
    watcher.record(both.by_slot())
    assert told(store) == [(True, 1), (False, 3)]


@pytest.mark.parametrize("fault", ["before", "after", "refused"])
def test_what_the_store_does_not_take_moves_nothing_on(store: Store, fault: str) -> None:
    unsteady = Unsteady(store)
    watcher = begun(unsteady, watches(TWICE, ONCE))
    watcher.record(batch("d"))
    unsteady.faults = [fault, fault]
    for _ in range(2):
        with pytest.raises(StoreError):
            watcher.record(batch("du", first=1))
    assert watcher.record(batch("duu", first=1)) == (1 if fault == "after" else 3)
    assert told(store, TWICE) == [(True, 0), (False, 2)]
    assert told(store, ONCE) == [(True, 0), (False, 2)]


def test_a_batch_that_is_recorded_twice_turns_nothing_twice(store: Store) -> None:
    watcher = begun(store, watches(ONCE))
    for _ in range(2):
        watcher.record(batch("uddu"))
    begun(store, watches(ONCE), now=at(4)).record(batch("uddu"))
    assert told(store) == [(True, 1), (False, 3)]


def test_a_refused_result_takes_no_turn_of_others_with_it(store: Store) -> None:
    unsteady = Unsteady(store)
    unsteady.refuses = {at(2)}
    watcher = begun(unsteady, watches(TWICE))

    def by_halves(part: Batch) -> None:
        try:
            watcher.record(part)
        except StoreError:
            if len(part) > 1:
                for half in part.halves():
                    by_halves(half)

    by_halves(batch("uddduu"))
    assert told(store) == [(True, 1), (False, 4)]


def test_what_had_begun_stays_begun_over_a_start(store: Store) -> None:
    begun(store, watches(TWICE)).record(batch("ddd"))
    watcher = begun(store, watches(TWICE), now=at(3))
    watcher.record(batch("ddu", first=3))
    assert told(store) == [(True, 0)]
    begun(store, watches(TWICE), now=at(6)).record(batch("u", first=6))
    assert told(store) == [(True, 0), (False, 5)]


def test_a_start_long_after_forgets_no_open_state(store: Store) -> None:
    begun(store, watches(TWICE)).record(batch("dd"))
    watcher = begun(store, watches(TWICE), now=NOW + 90 * DAY)
    watcher.record(batch("uu", first=90 * 24 * 60 + 1))
    assert told(store) == [(True, 0), (False, 90 * 24 * 60 + 1)]


def test_a_row_goes_on_over_a_start(store: Store) -> None:
    begun(store, watches(TWICE, OF_THREE)).record(batch("uud"))
    begun(store, watches(TWICE, OF_THREE), now=at(3)).record(batch("u", first=3))
    begun(store, watches(TWICE, OF_THREE), now=at(4)).record(batch("d", first=4))
    assert told(store, OF_THREE) == [(True, 2)]
    assert told(store, TWICE) == []


def test_what_holds_when_it_is_watched_first_turns_at_once_and_tells_since_when(store: Store) -> None:
    begun(store, watches(ONCE)).record(batch("u" + "d" * 300))
    begun(store, watches(ONCE, TWICE), now=at(301))
    begun(store, watches(ONCE, TWICE), now=at(302))
    (turn,) = [turn for turn in store.alerts.turns(after=0) if turn.watch == TWICE]
    assert (turn.began, turn.slot, turn.known_at) == (True, at(1), at(301))
    assert turn.facts == Facts(failure=FailureKind.TIMEOUT, detail="no answer", host="shop.example.com")


def test_what_was_over_before_it_is_watched_turns_nothing(store: Store) -> None:
    store.record(results("udddu"))
    begun(store, watches(ONCE), now=at(5))
    assert told(store) == []


def test_what_nobody_watches_any_more_ends(store: Store) -> None:
    watcher = begun(store, watches(ONCE, TWICE) | watches(ONCE, check="shop/cart"))
    watcher.record(batch("dd"))
    watcher.record(batch("d", check="shop/cart"))
    watcher.replace(watches(TWICE), at(7))
    assert told(store, ONCE) == [(True, 0), (False, 7)]
    assert told(store, ONCE, "shop/cart") == [(True, 0), (False, 7)]
    watcher.replace({}, at(8))
    assert told(store, TWICE) == [(True, 0), (False, 8)]
    begun(store, {}, now=at(9))
    assert len(store.alerts.turns(after=0)) == 6


def test_a_reload_that_the_store_does_not_take_leaves_all_as_it_was(store: Store) -> None:
    unsteady = Unsteady(store)
    watcher = begun(unsteady, watches(ONCE))
    watcher.record(batch("d"))
    unsteady.faults = ["before"]
    with pytest.raises(StoreUnreachable):
        watcher.replace({}, at(1))
    watcher.record(batch("u", first=1))
    assert told(store) == [(True, 0), (False, 1)]


def test_each_location_knows_its_own(store: Store) -> None:
    here, there = begun(store, watches(ONCE)), begun(store, watches(ONCE), location="there")
    here.record(batch("d"))
    elsewhere = batch("d", first=1)
    there.record(Batch([replace(each, location="there") for each in elsewhere.results], elsewhere.came))
    begun(store, {}, now=at(2), location="there")
    assert [(turn.location, turn.began) for turn in store.alerts.turns(after=0)] == [
        ("default", True), ("there", True), ("there", False),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_each_change_is_told_once(opened: Callable[[], Store], seed: int) -> None:
    """Restarts, faults and reloads at random, against the fold over all that is stored in the end."""
    random, wanted = Random(seed), watches(ONCE, TWICE, OF_THREE, UNKNOWN)
    unsteady = Unsteady(opened())
    watcher, line = begun(unsteady, wanted), ""
    while len(line) < 150:
        part = "".join(random.choices("ud?g", (5, 4, 2, 1), k=random.randint(1, 6)))
        unsteady.faults = random.choices(["before", "after"], k=random.randint(0, 2)) if random.random() < 0.4 else []
        while unsteady.faults:
            with pytest.raises(StoreUnreachable):
                watcher.record(batch(part, first=len(line)))
            if random.random() < 0.3:
                watcher = _restarted(unsteady, wanted, now=at(len(line)))
        watcher.record(batch(part, first=len(line)))
        line += part
        if random.random() < 0.3:
            watcher = _restarted(unsteady, wanted, now=at(len(line) - 1) + SECOND)
        elif random.random() < 0.2:
            watcher.replace(wanted, at(len(line) - 1) + SECOND)
    runs = [Run(each.scheduled_at, 0, 1, each.state, each.failure, MINUTE) for each in results(line)]
    for watch in wanted[CHECK].watches:
        turned = folded(runs, replace(wanted[CHECK], watches=(watch,)))[1]
        assert told(unsteady, watch) == [(each.began, (each.slot - NOW) // MINUTE) for each in turned], line


def _restarted(unsteady: Unsteady, wanted: Mapping[str, Watched], *, now: Micros) -> Watcher:
    faults, unsteady.faults = unsteady.faults, []
    watcher = begun(unsteady, wanted, now=now)
    unsteady.faults = faults
    return watcher


def shown(slot: int, *ends: Micros) -> Batch:
    (result,) = results("u", first=slot)
    chain = tuple(CertificateFacts(not_after=end) for end in ends)
    return Batch([replace(result, tls=TlsFacts(version=None, cipher=None, chain=chain))], [at(slot)])


def test_a_certificate_is_noted_when_it_changes(store: Store) -> None:
    watcher = begun(store, watches(ONCE))
    watcher.record(shown(0, at(900), at(700)))
    watcher.record(shown(1, at(900), at(700)))
    assert store.alerts.certificates() == (Certificate(CHECK, "default", at(700), at(0)),)
    watcher = begun(store, watches(ONCE))
    watcher.record(shown(2, at(900), at(700)))
    assert store.alerts.certificates() == (Certificate(CHECK, "default", at(700), at(0)),)
    watcher.record(shown(3, at(900)))
    assert store.alerts.certificates() == (Certificate(CHECK, "default", at(900), at(3)),)


def test_that_a_certificate_is_shown_still_is_noted_twice_a_day(store: Store) -> None:
    watcher = begun(store, watches(ONCE))
    for slot in (0, 60, 719, 720, 900):
        watcher.record(shown(slot, at(90_000)))
    assert [each.seen_at for each in store.alerts.certificates()] == [at(720)]
    watcher = begun(store, watches(ONCE))
    watcher.record(shown(1000, at(90_000)))
    assert [each.seen_at for each in store.alerts.certificates()] == [at(720)]
    watcher.record(shown(1440, at(90_000)))
    assert [each.seen_at for each in store.alerts.certificates()] == [at(1440)]


def following(store: Store, folder: Path, *rules: AlertRule) -> Watcher:
    text = b"version: 1\napis: {shop: {base_url: 'http://127.0.0.1', checks: {list: {get: /, interval: 1m}}}}"
    settings = loads(text, file="checks.yaml", environment={}, folder=folder)
    watcher = Watcher(store, "default")
    watcher.follow(replace(settings, rules=rules), NOW)
    return watcher


def rule(condition: Condition) -> AlertRule:
    level = LevelRule(level=AlertLevel.CRITICAL, condition=condition, notify=())
    return AlertRule(name="rule", scope=Scope(), levels=(level,))


def test_where_rules_are_about_no_state_certificates_are_noted_all_the_same(store: Store, tmp_path: Path) -> None:
    following(store, tmp_path, rule(ProberCondition())).record(shown(0, at(900)))
    assert [each.not_after for each in store.alerts.certificates()] == [at(900)]


def test_where_there_are_no_rules_no_certificate_is_noted(store: Store, tmp_path: Path) -> None:
    following(store, tmp_path).record(shown(0, at(900)))
    assert store.alerts.certificates() == ()


def test_it_follows_the_rules_of_the_file(store: Store, tmp_path: Path) -> None:
    following(store, tmp_path, rule(StateCondition(state=State.DOWN))).record(batch("udu"))
    assert told(store, ONCE) == [(True, 1), (False, 2)]
