"""What the file may say of maintenance windows: whose, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, Tag, WithJsonSchema, model_validator

from probe.config.choices import MAPPING, MAPPING_OR_WORD, WORD, only
from probe.config.fields import LabelName, LabelValue, Plain, texts, wrong
from probe.config.sections import Section, required
from probe.config.zones import Zone
from probe.slo.schedules import parse_days_of_month, parse_months, parse_times, parse_weekdays, parse_years

MOST_WINDOWS: Final = 1000
_RECURRING: Final = ("daily", "weekly", "monthly", "intervals")
_T = TypeVar("_T")


def _each(parse: Callable[[str], _T]) -> Callable[[object], tuple[_T, ...]]:
    """Reads one text, or a list of them."""

    def read(value: object) -> tuple[_T, ...]:
        try:
            parsed = tuple(parse(text) for text in texts(value))
        except ValueError as error:
            raise wrong(str(error)) from None
        if not parsed:
            raise wrong("must have at least 1 entry")
        return parsed

    return read


def _all(parse: Callable[[str], frozenset[int]]) -> Callable[[object], frozenset[int]]:
    """The same, of what adds up."""
    read = _each(parse)
    return lambda value: frozenset[int]().union(*read(value))


def _one_or_several(example: str, *kinds: str) -> WithJsonSchema:
    kinds = kinds or ("string",)
    return WithJsonSchema(
        {"type": [*kinds, "array"], "items": {"type": [*kinds]}, "minItems": 1, "examples": [example]}
    )


_Ranges: TypeAlias = tuple[tuple[int, int], ...]
Times: TypeAlias = Annotated[_Ranges, BeforeValidator(_each(parse_times)), _one_or_several("02:00-04:00")]
Weekdays: TypeAlias = Annotated[frozenset[int], BeforeValidator(_all(parse_weekdays)), _one_or_several("sun")]
Days: TypeAlias = Annotated[
    _Ranges, BeforeValidator(_each(parse_days_of_month)), _one_or_several("1:5", "string", "integer")
]
Months: TypeAlias = Annotated[
    frozenset[int], BeforeValidator(_all(parse_months)), _one_or_several("june:august", "string", "integer")
]
Years: TypeAlias = Annotated[_Ranges, BeforeValidator(_each(parse_years)), _one_or_several("2026", "string", "integer")]
Names: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(_each(str)), _one_or_several("orders")]


class ScopeFields(Section):
    """Which checks it is about: those that fit all of this."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    api: Annotated[Names | None, Field(description="Checks of this API; or a list of them.")] = None
    check: Annotated[Names | None, Field(description="This check, by its id, such as orders/list; or a list.")] = None
    labels: Annotated[
        dict[LabelName, LabelValue] | None, Field(min_length=1, description="Checks with all these labels.")
    ] = None

    @model_validator(mode="after")
    def _something(self) -> ScopeFields:
        if not self.model_fields_set:
            raise wrong("say which checks, with api, check or labels; all of them is: on: all")
        return self


class DailyFields(Section):
    """Every day."""

    times: Annotated[Times, Field(description="From and to, such as 02:00-04:00; or a list of them.")]
    timezone: Annotated[Zone | None, Field(description="IANA name. Default: that of the file.")] = None


class WeeklyFields(Section):
    """On some days of the week."""

    days: Annotated[Weekdays, Field(description="Such as sun, or mon:fri; or a list of them.")]
    times: Annotated[Times | None, Field(description="From and to; or a list. Default: the whole day.")] = None
    timezone: Annotated[Zone | None, Field(description="IANA name. Default: that of the file.")] = None


class MonthlyFields(Section):
    """On some days of the month."""

    days: Annotated[Days, Field(description="Such as 1, -1 for the last, or 1:5; or a list of them.")]
    times: Annotated[Times | None, Field(description="From and to; or a list. Default: the whole day.")] = None
    timezone: Annotated[Zone | None, Field(description="IANA name. Default: that of the file.")] = None


class TimeFields(Section):
    """A time of the day, as Alertmanager writes it."""

    start_time: Annotated[str, Field(description="Such as 02:00.")]
    end_time: Annotated[str, Field(description="The first minute after it, up to 24:00.")]

    @model_validator(mode="after")
    def _readable(self) -> TimeFields:
        try:
            parse_times(self.text)
        except ValueError as error:
            raise wrong(str(error)) from None
        return self

    @property
    def text(self) -> str:
        """As we write it."""
        return f"{self.start_time}-{self.end_time}"


class IntervalFields(Section):
    """A time interval in Alertmanager's syntax: when all of this fits."""

    times: Annotated[
        list[TimeFields] | None, Field(min_length=1, description="Times of the day. Default: all of it.")
    ] = None
    weekdays: Annotated[Weekdays | None, Field(description="Such as monday:friday.")] = None
    days_of_month: Annotated[Days | None, Field(description="Such as 1:5, or -3:-1.")] = None
    months: Annotated[Months | None, Field(description="Such as january:march, or 4.")] = None
    years: Annotated[Years | None, Field(description="Such as 2026:2027.")] = None
    location: Annotated[Zone, Field(description="IANA name.")] = "UTC"


class RecurringFields(Section):
    """When something is, again and again."""

    daily: Annotated[DailyFields | None, Field(description="Every day.")] = None
    weekly: Annotated[WeeklyFields | None, Field(description="On some days of the week.")] = None
    monthly: Annotated[MonthlyFields | None, Field(description="On some days of the month.")] = None
    intervals: Annotated[
        list[IntervalFields] | None,
        Field(min_length=1, max_length=100, description="In Alertmanager's syntax; any of them counts."),
    ] = None


class EffectiveFields(RecurringFields):
    """When alerts are told; at other times they are only recorded."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [required(key) for key in _RECURRING]})

    @model_validator(mode="after")
    def _one_time(self) -> EffectiveFields:
        if len(self.model_fields_set) != 1:
            said = f"found {', '.join(key for key in _RECURRING if key in self.model_fields_set) or 'none'}"
            raise wrong(f"say when with exactly one of {', '.join(_RECURRING)}; {said}")
        return self


ScopeField: TypeAlias = Annotated[
    Annotated[ScopeFields, Tag(MAPPING)]
    | Annotated[Literal["all"], only("all", "a mapping with api, check or labels, or all"), Tag(WORD)],
    MAPPING_OR_WORD,
]
"""Which checks something is about, or all of them."""


class MaintenanceFields(RecurringFields):
    """A stretch of time in which what some checks find doesn't count."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [required("from", "to"), *(required(key) for key in _RECURRING)],
            "dependentRequired": {"from": ["to"], "to": ["from"]},
        }
    )

    name: Annotated[Plain, Field(description="What people read; no two windows have the same.")]
    on: Annotated[ScopeField, Field(description="Which checks it is about; or all.")]
    from_: Annotated[str | None, Field(alias="from", description="The first moment; or a date, for its midnight.")] = (
        None
    )
    to: Annotated[str | None, Field(description="The first moment after it; or a date, for its midnight.")] = None

    @model_validator(mode="after")
    def _one_time(self) -> MaintenanceFields:
        given: list[str] = [key for key in _RECURRING if key in self.model_fields_set]
        if self.from_ is not None or self.to is not None:
            given.insert(0, "from and to")
            if self.from_ is None or self.to is None:
                raise wrong("give from and to together")
        if len(given) != 1:
            said = f"found {', '.join(given)}" if given else "found none"
            raise wrong(f"say when with exactly one of: from and to, {', '.join(_RECURRING)}; {said}")
        return self
