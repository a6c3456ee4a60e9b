"""Whether a metric condition has held for as long as it must: a fold over its readings.

Live, with a restart at any point, or over all of a history, it says the same: what it remembers are the readings of as
many times of the grid as the rule looks back, and it is kept as text while there is anything to remember.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, Self

from probe.alerting.grid import OnGrid, spacing_of, step_of
from probe.alerting.measures import Reading
from probe.model.rule import AlertRule, BurnCondition, Held, NoDataPolicy
from probe.model.units import MINUTE, Micros

BREACHED: Final = "1"
WELL: Final = "0"
NO_DATA: Final = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """For how long a condition must hold, and how it is over.

    Attributes:
        recover: so many periods in a row must be well.
        no_data: what a time without data counts for; of `KEEP` and `NO_DATA` for neither a breach nor being well.
        step: from one reading to the next.
        spacing: steps from one period to the next one that has nothing in common with it.
    """

    held: Held
    recover: int
    no_data: NoDataPolicy
    step: Micros
    spacing: int

    @classmethod
    def of(cls, rule: AlertRule, condition: OnGrid) -> Self:
        """Those of a rule's condition; burning budgets have windows of their own, and need no more than one reading."""
        is_burning = isinstance(condition, BurnCondition)
        period = MINUTE if isinstance(condition, BurnCondition) else condition.period
        return cls(
            held=Held() if isinstance(condition, BurnCondition) else condition.held,
            recover=rule.recover or 1,
            no_data=rule.no_data,
            step=MINUTE if is_burning else step_of(period),
            spacing=1 if is_burning else spacing_of(period),
        )

    @property
    def recovering(self) -> int:
        """Times of the grid in a row that must be well: all from the end of the first of so many periods to that of the last."""
        return (self.recover - 1) * self.spacing + 1

    @property
    def remembered(self) -> int:
        """Of how many times of the grid something must be known."""
        return max((self.held.of - 1) * self.spacing + 1, self.recovering)


class Holding(NamedTuple):
    """What is remembered of a condition and a subject.

    Attributes:
        at: the last time of the grid that was read.
        bits: one for each time up to then, the last one last: `BREACHED`, `WELL` or `NO_DATA`.
        since: the end of the first period of those that fulfil the condition; `None` while it isn't fulfilled.
        fulfilled_at: from when on it is, but for the duration; of one that is held until it is over.
        held_at: when it had been for as long as it must; `None` while it hasn't.
    """

    at: Micros = 0
    bits: str = ""
    since: Micros | None = None
    fulfilled_at: Micros | None = None
    held_at: Micros | None = None

    @property
    def is_held(self) -> bool:
        """Whether the condition holds, for as long as it must."""
        return self.held_at is not None

    @property
    def has_data(self) -> bool:
        """Whether the last reading told anything."""
        return not self.bits.endswith(NO_DATA)

    @property
    def is_quiet(self) -> bool:
        """Whether it may be forgotten."""
        return self.since is None and BREACHED not in self.bits

    @property
    def memory(self) -> str | None:
        """All of it as text; `None` where it may be forgotten."""
        if self.is_quiet:
            return None
        moments = ("" if moment is None else str(moment) for moment in (self.since, self.fulfilled_at, self.held_at))
        return " ".join((str(self.at), self.bits, ",".join(moments)))

    @classmethod
    def parse(cls, text: str) -> Holding:
        """What `memory` gave.

        Raises:
            ValueError: it is none.
        """
        at, bits, moments = text.split(" ")
        if set(bits) - {BREACHED, WELL, NO_DATA}:
            raise ValueError(f"{bits[:20]!r} are no readings")
        since, fulfilled, held = (int(moment) if moment else None for moment in moments.split(","))
        return cls(int(at), bits, since, fulfilled, held)


QUIET: Final = Holding()


def advance(holding: Holding, reading: Reading, terms: Terms) -> Holding:
    """What is known after one more reading; one that isn't later than the last changes nothing.

    1. Times of the grid that were left out are neither a breach nor well, whatever no data counts for.
    2. It is fulfilled while so many of the last periods are breached as must be, and held once it was for so long.
    3. What isn't fulfilled any more is over: before it was held at once, after that with so many well periods in a row.
    """
    if reading.at <= holding.at:
        return holding
    now = holding._replace(at=reading.at, bits=_bits(holding, reading, terms))
    periods = now.bits[:: -terms.spacing]
    if periods[: terms.held.of].count(BREACHED) >= terms.held.needed:
        return _fulfilled(now, periods, terms)
    is_over = now.bits[-terms.recovering :] == WELL * terms.recovering
    return now if now.is_held and not is_over else Holding(now.at, now.bits)


def _bits(holding: Holding, reading: Reading, terms: Terms) -> str:
    missed = (reading.at - holding.at) // terms.step - 1 if holding.bits else 0
    gap = NO_DATA * min(missed, terms.remembered)
    return (holding.bits + gap + _told(reading.is_breached, terms.no_data))[-terms.remembered :]


def _told(is_breached: bool | None, no_data: NoDataPolicy) -> str:
    if is_breached is None:
        return {NoDataPolicy.ALERT: BREACHED, NoDataPolicy.OK: WELL}.get(no_data, NO_DATA)
    return BREACHED if is_breached else WELL


def _fulfilled(now: Holding, periods: str, terms: Terms) -> Holding:
    if now.since is None:
        first = periods[: terms.held.of].rindex(BREACHED)
        now = now._replace(since=now.at - first * terms.spacing * terms.step, fulfilled_at=now.at)
    if now.held_at is None and now.fulfilled_at is not None and now.at - now.fulfilled_at >= terms.held.duration:
        now = now._replace(held_at=now.at)
    return now
