"""Alert rules, as the loader hands them on: what is looked at, how long it must hold, and who is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final, TypeAlias

from probe.model.check import Operator
from probe.model.maintenance import Recurring, Scope
from probe.model.result import State
from probe.model.sla import AlertLevel
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros


class SubjectKind(StrEnum):
    """What an alert may be about."""

    CHECK = "check"
    API = "api"
    PROBER = "prober"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What an alert is about: a check or an API by its id, the prober by its location."""

    kind: SubjectKind
    id: str

    def __str__(self) -> str:
        return f"the prober at {self.id}" if self.kind is SubjectKind.PROBER else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """How long a condition must hold: in `needed` of the last `of` results or periods, and for `duration`, microseconds.

    Results are counted where the condition is about states, periods where it is about a metric. The duration begins when the
    result came (its last fast retry was done) that fulfilled the rest; whatever doesn't fulfil it begins it anew.
    """

    needed: int = 1
    of: int = 1
    duration: Micros = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCondition:
    """A check's results are of a state: down, degraded, or unknown (no data).

    Attributes:
        held: `None` is as the check's own `Confirm` says.
    """

    state: State
    held: Held | None = None


class Metric(StrEnum):
    """What is measured, and in which unit."""

    LATENCY = "latency"  # microseconds, of every response
    PHASE = "phase"  # microseconds, of a phase; the target is its name
    BYTES_SENT = "bytes.sent"
    BYTES_RECEIVED = "bytes.received"
    RESULTS = "results"  # all that are known
    ERRORS = "errors"  # results that are down
    UNKNOWN = "unknown"  # slots that were not measured
    STATUS = "status"  # results with a status; the target is a code or a class, such as 503 or 5xx
    FAILURE = "failure"  # results that failed in a way; the target is a `FailureKind`
    AVAILABILITY = "availability"  # a share, over confirmed time, as `probe sla` says
    CERTIFICATE = "certificate.expires_in"  # microseconds, as last seen


class Statistic(StrEnum):
    """What is made of a metric's values in a period."""

    AVERAGE = "avg"
    MINIMUM = "min"
    MAXIMUM = "max"
    SUM = "sum"
    COUNT = "count"
    RATE = "rate"  # of all known results (of all slots, where it is about unknown ones) those that are meant: a share
    LAST = "last"
    PERCENTILE = "percentile"
    ALWAYS = "always"  # every value
    ONCE = "once"  # any value


class Baseline(StrEnum):
    """With which other period a value is compared."""

    YESTERDAY = "yesterday"  # the same stretch of time, 24 hours before
    LAST_WEEK = "last week"  # 7 days before
    LAST_PERIOD = "last period"  # the stretch just before


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricCondition:
    """A statistic of a metric over a period compares so with a threshold.

    Attributes:
        text: the condition as a sentence, in one canonical form, such as `p95(latency) over 5m > 800ms`.
        target: of `PHASE`, `STATUS` and `FAILURE`; empty otherwise.
        quantile: of `PERCENTILE`, in (0, 1).
        period: how far back it looks.
        threshold: in the metric's unit; of a comparison the change, a share: +20 % is 1/5.
        baseline: `None` compares with the threshold itself, otherwise with `baseline · (1 + threshold)`.
    """

    text: str
    metric: Metric
    target: str = ""
    statistic: Statistic
    quantile: Fraction | None = None
    period: Micros
    operator: Operator
    threshold: Fraction
    baseline: Baseline | None = None
    held: Held = field(default=Held())


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnCondition:
    """The budget of an objective burns too fast, by its pairs of windows: each tells for its own level.

    Attributes:
        objective: of which name; empty is any.
    """

    objective: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProberCondition:
    """The prober itself is in trouble, as /healthz says."""

    held: Held = field(default=Held(duration=MINUTE))


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """All of these hold, of one subject."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """Any of these holds."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = StateCondition | MetricCondition | BurnCondition | ProberCondition | AllOf | AnyOf


class NoDataPolicy(StrEnum):
    """What becomes of an alert when nothing is known any more."""

    KEEP = "keep"  # it stays as it is
    NO_DATA = "no_data"  # it stays, and is shown as without data
    OK = "ok"  # it is over
    ALERT = "alert"  # having no data is an alert itself


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """What makes the rule's alert one of a level, and who is told; one of `BurnCondition` tells only what is of its level.

    Attributes:
        notify: channels, by name, contact groups resolved; in the order of the file, each once.
    """

    level: AlertLevel
    condition: Condition
    notify: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """Who is told besides, when an alert was told so long ago, goes on, and nobody has acknowledged it."""

    after: Micros
    notify: tuple[str, ...]


DEFAULT_REMIND: Final[Micros] = 4 * HOUR
DEFAULT_GROUP_WAIT: Final[Micros] = 30 * SECOND
DEFAULT_GROUP_INTERVAL: Final[Micros] = 5 * MINUTE
DEFAULT_EXPIRES_AFTER: Final[Micros] = DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Which alerts are told in one message, and how often.

    Attributes:
        by: `api`, `check`, `rule`, `level`, `host`, or a label's name; none puts all of a channel's into one.
        wait: how long the first alert of a group waits for others.
        interval: how long later ones wait after a message.
    """

    by: tuple[str, ...] = ("api", "rule")
    wait: Micros = DEFAULT_GROUP_WAIT
    interval: Micros = DEFAULT_GROUP_INTERVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule:
    """When to tell whom of what.

    Attributes:
        name: a slug, each once.
        scope: which checks it is about; of APIs, those any of whose checks are meant.
        per: whether each check, or each API as a whole, may be in alert.
        levels: the most urgent first; an alert has the first whose condition holds.
        recover: so many good results, or periods, in a row end an alert; `None` is as the check's `Confirm` says, or 1.
        min_samples: a period with fewer values tells nothing.
        min_locations: at so many locations a state must hold, or a metric be breached.
        effective: when it is told, all of them counting; at other times an alert is only recorded. `None` is always.
        remind: how long after a message that says nothing new one follows while the alert goes on; `None` is never.
        resolved: whether its end is told.
        grouping: as of its channels' messages.
        note: for the reader of its messages, such as what to do.
        runbook: URL of more of that.
        is_default: nobody wrote it: there are channels, and no rules.
    """

    name: str
    scope: Scope
    per: SubjectKind = SubjectKind.CHECK
    levels: tuple[LevelRule, ...]
    recover: int | None = None
    no_data: NoDataPolicy = NoDataPolicy.KEEP
    min_samples: int = 1
    min_locations: int = 1
    effective: tuple[Recurring, ...] | None = None
    remind: Micros | None = DEFAULT_REMIND
    resolved: bool = True
    escalations: tuple[Escalation, ...] = ()
    grouping: Grouping = field(default=Grouping())
    note: str = ""
    runbook: str = ""
    is_default: bool = False
