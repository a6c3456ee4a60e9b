"""Scenes by a seed: what the file says of checks, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from random import Random
from typing import Final

from tests.e2e.sla.stage import DAY, HOUR, MILLISECOND, MINUTE, NOWHERE, SECOND, Tree, iso, line, moment
from tests.reference.calendar import Once, Weekly
from tests.reference.counting import Group, Period, Rules
from tests.reference.document import Asked, Objective, Subject
from tests.reference.histories import Shape, history
from tests.reference.past import Past

TICK: Final = 30 * SECOND
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHTS: Final = {  # in which the clocks of a zone change
    "Europe/Berlin": ("2024-03-31T00:00:00Z", "2024-10-27T00:00:00Z"),
    "America/New_York": ("2024-03-10T06:00:00Z", "2024-11-03T05:00:00Z"),
    "Australia/Lord_Howe": ("2024-04-06T15:00:00Z", "2024-10-05T15:30:00Z"),
    "UTC": ("2024-02-29T00:00:00Z",),
}
GROUPS: Final = {
    "every": ("all", Group(kind="all")),
    "some": ("any", Group(kind="any")),
    "most": ({"quorum": 2}, Group(kind="quorum", quorum=2)),
    "share": ("mean", Group(kind="mean")),
}
METHODS: Final = ("state-time", "state-time", "occurrences", "timeslices", "ratio-timeslices")
MEMBERS: Final = ("one", "two", "three")
CHECKS: Final = tuple(f"{api}/{name}" for api in GROUPS for name in MEMBERS)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What happened to the checks of a file, each known by its id, and by which rules it counts.

    Attributes:
        start, end: between which moments the checks were measured.
        windows: of maintenance, as the file has them.
    """

    zone: str
    start: int
    end: int
    intervals: Mapping[str, int]
    pasts: Mapping[str, Past]
    objectives: Mapping[str, Sequence[Objective]]
    windows: Sequence[Tree]
    rules: Rules
    max_gap: int | None
    satisfied: int

    def tree(self) -> Tree:
        """The file."""
        return {
            "timezone": self.zone,
            "retention": {"raw": "2d", "hour": "forever"},
            "sla": self._sla(),
            "maintenance": self.windows,
            "apis": {api: self._api(api) for api in GROUPS},
        }

    def _sla(self) -> Tree:
        gap = {} if self.max_gap is None else {"max_gap": duration(self.max_gap)}
        return {
            "method": self.rules.method,
            "slice": duration(self.rules.slice),
            "slice_target": percent(self.rules.slice_target),
            "unknown": self.rules.unknown,
            "maintenance": self.rules.maintenance,
            **gap,
        }

    def _api(self, api: str) -> Tree:
        return {
            "base_url": NOWHERE,
            "group": GROUPS[api][0],
            "apdex": duration(self.satisfied),
            "slo": _slo(self.objectives[api]),
            "checks": {name: self._check(f"{api}/{name}") for name in MEMBERS},
        }

    def _check(self, check: str) -> Tree:
        past = self.pasts[check]
        return {
            "get": "/",
            "interval": duration(self.intervals[check]),
            "labels": {"name": check.partition("/")[2]},
            "confirm": {"runs": past.runs, "recoveries": past.recoveries},
            "slo": _slo(self.objectives[check]),
        }

    def lines(self, random: Random) -> list[str]:
        """All results in any order: late ones come as they please."""
        told = [line(check, seen) for check, past in self.pasts.items() for seen in past.seen]
        return random.sample(told, len(told))

    def subject(self, name: str) -> Subject:
        """A check, or an API."""
        members = [past for check, past in self.pasts.items() if name in (check, check.partition("/")[0])]
        group = GROUPS[name][1] if name in GROUPS else Group()
        return Subject(members=members, group=group, objectives=self.objectives[name], satisfied=self.satisfied)

    def gap(self, name: str) -> int:
        """How soon an outage must follow on another to belong to it."""
        longest = max(
            interval for check, interval in self.intervals.items() if name in (check, check.partition("/")[0])
        )
        return 2 * longest if self.max_gap is None else self.max_gap

    def asked(self, start: int, end: int, rules: Rules) -> Asked:
        """A period, and how to count."""
        return Asked(period=Period(start=start, end=end, tick=TICK), rules=rules, zone=self.zone)


def scene(random: Random) -> Scene:
    """A day and a half around a night, most often one in which the clocks change."""
    zone = random.choice(tuple(NIGHTS))
    start = moment(random.choice(NIGHTS[zone])) - random.randrange(24) * HOUR
    end = start + 36 * HOUR
    max_gap = random.choice((None, None, None, 90 * SECOND, 10 * MINUTE))
    intervals = {check: random.choice((60, 120, 300)) * SECOND for check in CHECKS}
    rests = [_maintenance(random, f"rest-{number}", start, zone) for number in range(4)]
    return Scene(
        zone=zone,
        start=start,
        end=end,
        intervals=intervals,
        pasts={check: _past(random, start, end, check, intervals[check], max_gap, rests) for check in CHECKS},
        objectives={name: _objectives(random) for name in (*GROUPS, *CHECKS)},
        windows=[rest.tree for rest in rests],
        rules=rules(random),
        max_gap=max_gap,
        satisfied=random.choice((100, 250, 500)) * MILLISECOND,
    )


def rules(random: Random) -> Rules:
    """Any."""
    return Rules(
        method=random.choice(METHODS),
        slice=random.choice((1, 5, 15, 60)) * MINUTE,
        slice_target=Fraction(random.choice((100, 50, 90)), 100),
        unknown=random.choice(("exclude", "exclude", "up", "down")),
        maintenance=random.choice(("exclude", "exclude", "count_as_up", "ignore")),
    )


def _past(
    random: Random, start: int, end: int, check: str, interval: int, max_gap: int | None, rests: Sequence[_Rest]
) -> Past:
    """Some checks come late, and some go early."""
    shape = Shape(
        start=start + random.choice((0, 0, random.randrange(20 * HOUR // TICK) * TICK)),
        end=end - random.choice((0, 0, random.randrange(12 * HOUR // TICK) * TICK)),
        tick=TICK,
        interval=interval,
    )
    mine = [rest.holds for rest in rests if rest.is_about(check)]
    return Past(
        seen=history(random, shape),
        runs=random.choice((1, 1, 2, 3)),
        recoveries=random.choice((1, 1, 2, 3)),
        max_gap=max_gap,
        in_maintenance=cache(lambda when: any(holds(when) for holds in mine)),
    )


@dataclass(frozen=True, kw_only=True)
class _Rest:
    """A window of maintenance: when, whose, and how the file tells it."""

    tree: Tree
    holds: Callable[[int], bool]
    is_about: Callable[[str], bool]


def _maintenance(random: Random, name: str, start: int, zone: str) -> _Rest:
    on, is_about = _scope(random)
    if random.random() < 0.4:
        begin = start + random.randrange(30 * HOUR // TICK) * TICK
        once = Once(start=begin, end=begin + random.randrange(1, 5 * HOUR // TICK) * TICK)
        told = {"name": name, "on": on, "from": iso(once.start), "to": iso(once.end)}
        return _Rest(tree=told, holds=once, is_about=is_about)
    first, last = random.randrange(0, 24 * 60, 15), random.randrange(0, 24 * 60, 15)
    days = random.sample(range(7), random.randint(2, 7))
    weekly = Weekly(zone=zone, days=days, start=first, end=last)
    told = {
        "name": name,
        "on": on,
        "weekly": {"days": [DAYS[day] for day in days], "times": f"{_clock(first)}-{_clock(last)}"},
    }
    return _Rest(tree=told, holds=weekly, is_about=is_about)


def _scope(random: Random) -> tuple[Tree, Callable[[str], bool]]:
    api, name = random.choice(tuple(GROUPS)), random.choice(MEMBERS)
    return random.choice(
        (
            ({"api": api}, lambda check: check.startswith(f"{api}/")),
            ({"check": f"{api}/{name}"}, lambda check: check == f"{api}/{name}"),
            ({"labels": {"name": name}}, lambda check: check.endswith(f"/{name}")),
        )
    )


def _objectives(random: Random) -> tuple[Objective, ...]:
    def window() -> int | str:
        return random.choice((6 * HOUR, DAY, 30 * DAY, "day", "week", "month", "quarter", "year"))

    target = Fraction(random.choice((9_000, 9_900, 9_990, 5_000)), 10_000)
    return (
        Objective(name="availability", target=target, window=window()),
        Objective(
            name="latency", target=Fraction(9, 10), window=window(), under=random.choice((150, 300)) * MILLISECOND
        ),
    )


def _slo(objectives: Sequence[Objective]) -> Tree:
    return {each.name: _objective(each) for each in objectives}


def _objective(objective: Objective) -> Tree:
    under = {} if objective.under is None else {"under": duration(objective.under)}
    window = duration(objective.window) if isinstance(objective.window, int) else objective.window
    return {"target": percent(objective.target), "window": window, **under}


def duration(value: int) -> str:
    """As the file has it."""
    return f"{value // MILLISECOND}ms"


def percent(value: Fraction) -> str:
    """As the file has it."""
    return f"{float(value * 100)}%"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
