"""What the file may say of service levels: objectives, and by which rules availability is counted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, InstanceOf, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from probe.config.choices import LIST, MAPPING, MAPPING_LIST_OR_WORD, MAPPING_OR_WORD, WORD, only
from probe.config.document import WrittenFloat, WrittenInt
from probe.config.fields import DURATION_SCHEMA, Duration, Slug, found, quantity, wrong
from probe.config.sections import Section
from probe.model.sla import (
    DEFAULT_SLICE,
    AlertLevel,
    CalendarUnit,
    GroupKind,
    GroupRule,
    MaintenanceRule,
    Method,
    UnknownRule,
)
from probe.model.units import DAY, format_percentage, parse_duration, parse_percentage

MOST_OBJECTIVES: Final = 20
MOST_PAIRS: Final = 20
LARGEST_MINIMUM: Final = 1000
DEFAULT_WINDOW: Final = 30 * DAY
_UNITS: Final = ", ".join(CalendarUnit)


def _percentage(*, whole: bool) -> Callable[[object], Fraction]:
    """Reads what is more than 0%, and less than 100% unless it may be the `whole`."""

    def read(value: object) -> Fraction:
        if not isinstance(value, str):
            raise wrong(f"write a percentage, such as {_meant(value)}; found {found(value)}")
        try:
            share = parse_percentage(value)
        except ValueError as error:
            raise wrong(str(error)) from None
        if share == 1 and not whole:
            raise wrong(
                "100% leaves nothing that may go wrong, so it would be missed with the first failure; write less"
            )
        if not 0 < share <= 1:
            raise wrong(f"must be more than 0% and {'at most' if whole else 'less than'} 100%; it is {value}")
        return share

    return read


def _meant(value: object) -> str:
    """The percentage that a bare number stands for: both 0.999 and 99.9 are 99.9%."""
    if isinstance(value, WrittenInt | WrittenFloat):
        with suppress(ValueError):
            number = Fraction(value.written)
            share = number if number < 1 else number / 100
            return format_percentage(share) if 0 < share < 1 else "99.9%"
    return "99.9%"


def _window(value: object) -> object:
    if isinstance(value, str) and value in set(CalendarUnit):
        return CalendarUnit(value)
    try:
        return quantity(parse_duration, "30d")(value)
    except PydanticCustomError as error:
        raise wrong(f"{error}, or one of {_UNITS}") from None


def _group(value: object) -> GroupRule:
    if isinstance(value, dict) and list(value) == [GroupKind.QUORUM]:
        quorum = value[GroupKind.QUORUM]
        if isinstance(quorum, bool) or not isinstance(quorum, int) or quorum < 1:
            raise wrong(f"quorum must be a whole number, at least 1; found {found(quorum)}")
        return GroupRule(kind=GroupKind.QUORUM, quorum=int(quorum))
    if isinstance(value, str) and value in set(GroupKind) - {GroupKind.QUORUM}:
        return GroupRule(kind=GroupKind(value))
    raise wrong(f"write all, any, mean or {{quorum: 2}}; found {found(value)}")


_PERCENTAGE_SCHEMA: Final = {"type": "string", "pattern": r"^\d+(\.\d+)?\s*%$", "examples": ["99.9%", "2%"]}
_GROUP_SCHEMA: Final = {
    "anyOf": [
        {"enum": [kind for kind in GroupKind if kind is not GroupKind.QUORUM]},
        {
            "type": "object",
            "properties": {"quorum": {"type": "integer", "minimum": 1, "description": "How many must be up."}},
            "required": ["quorum"],
            "additionalProperties": False,
        },
    ]
}

Target: TypeAlias = Annotated[
    InstanceOf[Fraction], BeforeValidator(_percentage(whole=False)), WithJsonSchema(_PERCENTAGE_SCHEMA)
]
"""A share that something may be missing from."""

Share: TypeAlias = Annotated[
    InstanceOf[Fraction], BeforeValidator(_percentage(whole=True)), WithJsonSchema(_PERCENTAGE_SCHEMA)
]
"""A share that may be the whole."""

Window: TypeAlias = Annotated[
    int | CalendarUnit,
    BeforeValidator(_window),
    WithJsonSchema({"anyOf": [{"enum": list(CalendarUnit)}, DURATION_SCHEMA]}),
]
GroupField: TypeAlias = Annotated[InstanceOf[GroupRule], BeforeValidator(_group), WithJsonSchema(_GROUP_SCHEMA)]


class BurnFields(Section):
    """A pair of windows: while the budget burns too fast in both, it is told."""

    level: Annotated[AlertLevel, Field(description="How urgent it is: critical, warning or info.")]
    long: Annotated[Duration, Field(description="The longer window, at most as long as the objective's.")]
    short: Annotated[Duration, Field(description="The shorter window: whether it still goes on.")]
    budget: Annotated[Share, Field(description="The share of the budget that the longer window may use up.")]


class ObjectiveFields(Section):
    """What a service level is held against."""

    name: Annotated[Slug | None, Field(description="To tell several apart. Default: availability, or latency.")] = None
    target: Annotated[Target, Field(description="The share that must be good, such as 99.9%.")]
    window: Annotated[
        Window, Field(description="Over which time: rolling, 1h to 1825d, or the calendar's. Default: 30d.")
    ] = DEFAULT_WINDOW
    burn: Annotated[
        list[BurnFields] | None,
        Field(max_length=MOST_PAIRS, description="Which windows tell that the budget burns too fast."),
    ] = None
    min_bad_samples: Annotated[
        int | None,
        Field(
            ge=1,
            le=LARGEST_MINIMUM,
            strict=True,
            description="At least so many bad results, or none tells. Default: 2.",
        ),
    ] = None


class AvailabilityFields(ObjectiveFields):
    """The share of the time, of the results or of the slices that was not down."""

    method: Annotated[Method | None, Field(description="How it is counted. Default: that of sla.")] = None
    slice: Annotated[Duration | None, Field(description="How long a slice is. Default: that of sla.")] = None
    slice_target: Annotated[
        Share | None, Field(description="From which share of good results on a slice is good. Default: that of sla.")
    ] = None


class LatencyFields(ObjectiveFields):
    """The share of the results that came fast enough."""

    under: Annotated[Duration, Field(description="A latency below it is good; none at all, for being down, is bad.")]


_SEVERAL: Final = Field(min_length=1, max_length=MOST_OBJECTIVES)
_Nothing: TypeAlias = Annotated[
    Literal["none"], only("none", "a mapping with a target, a list of them, or none"), Tag(WORD)
]
AvailabilityField: TypeAlias = Annotated[
    Annotated[AvailabilityFields, Tag(MAPPING)] | Annotated[list[AvailabilityFields], _SEVERAL, Tag(LIST)] | _Nothing,
    MAPPING_LIST_OR_WORD,
]
LatencyField: TypeAlias = Annotated[
    Annotated[LatencyFields, Tag(MAPPING)] | Annotated[list[LatencyFields], _SEVERAL, Tag(LIST)] | _Nothing,
    MAPPING_LIST_OR_WORD,
]


class SloFields(Section):
    """Service level objectives, by kind."""

    availability: Annotated[
        AvailabilityField | None, Field(description="How much of the time it must not be down; one, a list, or none.")
    ] = None
    latency: Annotated[
        LatencyField | None, Field(description="How many results must come fast enough; one, a list, or none.")
    ] = None


SloField: TypeAlias = Annotated[
    Annotated[SloFields, Tag(MAPPING)]
    | Annotated[Literal["none"], only("none", "a mapping with availability or latency, or none"), Tag(WORD)],
    MAPPING_OR_WORD,
]
"""Objectives, or that there are none whatever an outer level says."""


class SlaFields(Section):
    """By which rules availability is counted."""

    method: Annotated[Method, Field(description="What is counted.")] = Method.STATE_TIME
    slice: Annotated[
        Duration, Field(description="How long a time slice is, 1s to 1d; it divides a day. Default: 5m.")
    ] = DEFAULT_SLICE
    slice_target: Annotated[
        Share, Field(description="From which share of good results on a slice is good. Default: 100%.")
    ] = Fraction(1)
    unknown: Annotated[UnknownRule, Field(description="What unknown time is taken for.")] = UnknownRule.EXCLUDE
    maintenance: Annotated[MaintenanceRule, Field(description="What time in maintenance is taken for.")] = (
        MaintenanceRule.EXCLUDE
    )
    max_gap: Annotated[
        Duration | None, Field(description="How long a verdict holds at most. Default: twice the check's interval.")
    ] = None
