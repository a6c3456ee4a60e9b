"""How long a condition must hold, as a rule's `for` says it: `3`, `2 of 3 periods`, `10m`, or several of it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Final, NamedTuple, TypeAlias

from pydantic import BeforeValidator, InstanceOf, WithJsonSchema
from pydantic_core import PydanticCustomError

from probe.config.fields import DURATION_SCHEMA, found, quantity, wrong
from probe.model.rule import Held
from probe.model.units import DAY, Micros, format_duration, parse_duration

MOST: Final = 100
LONGEST: Final = 30 * DAY
_COUNT: Final = r"[1-9]\d{0,2}(?: +of +[1-9]\d{0,2})?"
_ROW: Final = re.compile(
    r"(?P<needed>\d{1,6})(?: of (?P<of>\d{1,6}))?(?: (?P<unit>runs?|periods?))?(?: in a row)?", re.ASCII
)
_ADVICE: Final = "write such as 3, 2 of 3, 3 periods, or 10m"


class Counted(StrEnum):
    """What is counted."""

    RUNS = "runs"
    PERIODS = "periods"


class HeldFor(NamedTuple):
    """What `for` says; `needed` is 0 where it says no number, `counted` is `None` where it doesn't say of what."""

    needed: int = 0
    of: int = 0
    counted: Counted | None = None
    duration: Micros = 0

    @property
    def held(self) -> Held:
        """Its meaning."""
        return Held(needed=self.needed or 1, of=self.of or 1, duration=self.duration)


def read_held(value: object) -> HeldFor:
    """What `for` says.

    Raises:
        PydanticCustomError: it says nothing of the kind.
    """
    if isinstance(value, dict):
        return _of_mapping(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _row(str(int(value)))
    if not isinstance(value, str):
        raise wrong(f"{_ADVICE}; found {found(value)}")
    text = " ".join(value.split())
    if _ROW.fullmatch(text):
        return _row(text)
    try:
        return HeldFor(duration=_duration(text))
    except PydanticCustomError as error:
        if re.fullmatch(r"[\d.]+(us|ms|s|m|h|d|w)+", text):
            raise
        raise wrong(f'"{text[:60]}" says not how long; {_ADVICE}') from error


def _row(text: str) -> HeldFor:
    row = _ROW.fullmatch(text)
    if row is None:
        raise wrong(f'"{text[:60]}" is no number of them; write such as 3, or 2 of 3')
    needed = int(row["needed"])
    of = int(row["of"] or needed)
    if not 1 <= needed <= of <= MOST:
        raise wrong(f'"{text}" can\'t be: at least 1, at most all of them, and of no more than {MOST}')
    unit = row["unit"]
    return HeldFor(needed, of, None if unit is None else Counted.RUNS if unit[0] == "r" else Counted.PERIODS)


def _duration(value: object) -> Micros:
    duration = quantity(parse_duration, "10m")(value)
    if not 0 < duration <= LONGEST:
        raise wrong(f"must be more than 0s and at most {format_duration(LONGEST)}; it is {format_duration(duration)}")
    return duration


def _of_mapping(value: dict[str, object]) -> HeldFor:
    """`{runs: 2 of 3, duration: 10m}`."""
    keys = set(value)
    if keys - {*Counted, "duration"} or not keys or keys >= {*Counted}:
        raise wrong("write runs or periods, such as 2 of 3, and duration; as in {runs: 3, duration: 10m}")
    duration = _duration(value["duration"]) if "duration" in value else 0
    for counted in Counted:
        if counted in value:
            written = value[counted]
            row = _row(" ".join(str(written).split()))
            if row.counted is not None:
                raise wrong(f"{counted} is said already; write {row.needed} of {row.of}")
            return row._replace(counted=counted, duration=duration)
    return HeldFor(duration=duration)


_COUNT_SCHEMA: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MOST},
        {"type": "string", "pattern": rf"^\s*{_COUNT}(\s+in\s+a\s+row)?\s*$"},
    ]
}
HELD_SCHEMA: Final = {
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": MOST},
        {
            "type": "string",
            "pattern": rf"^\s*{_COUNT}(\s+(runs?|periods?))?(\s+in\s+a\s+row)?\s*$",
            "examples": ["3", "2 of 3", "3 periods"],
        },
        DURATION_SCHEMA,
        {
            "type": "object",
            "properties": {
                "runs": {**_COUNT_SCHEMA, "description": "So many results, such as 3 or 2 of 3."},
                "periods": {**_COUNT_SCHEMA, "description": "So many periods, such as 3 or 2 of 3."},
                "duration": {**DURATION_SCHEMA, "description": "So long besides, by the clock."},
            },
            "not": {"required": ["runs", "periods"]},
            "minProperties": 1,
            "additionalProperties": False,
        },
    ]
}

HeldField: TypeAlias = Annotated[InstanceOf[HeldFor], BeforeValidator(read_held), WithJsonSchema(HELD_SCHEMA)]
"""How long something must hold."""
