"""What the file may say of alerts: rules, their levels, who is told, and when."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from probe.config.choices import LIST, MAPPING, MAPPING_OR_WORD, WORD
from probe.config.condition_schema import refer, sentence_schema
from probe.config.fields import DURATION_SCHEMA, Contact, Duration, Row, Slug, Text, found, plain_text, quantity, wrong
from probe.config.held import HeldField
from probe.config.sections import Section, required
from probe.config.windows import EffectiveFields, Names, ScopeField
from probe.model.rule import NoDataPolicy
from probe.model.sla import AlertLevel
from probe.model.units import parse_duration

MOST_RULES: Final = 500
MOST_ESCALATIONS: Final = 10
LARGEST_MINIMUM: Final = 10_000
LONGEST_NOTE: Final = 2_000
NEVER: Final = "never"


def _reminder(value: object) -> object:
    if value == NEVER:
        return value
    try:
        return quantity(parse_duration, "4h")(value)
    except PydanticCustomError as error:
        raise wrong(f"{error}, or never") from None


def _condition(value: object) -> object:
    if isinstance(value, str | dict):
        return value
    raise wrong(f"write a sentence, such as down or p95(latency) over 5m > 800ms; found {found(value)}")


def _mapping_or_list(value: object) -> str:
    return LIST if isinstance(value, list) else MAPPING


Reminder: TypeAlias = Annotated[
    int | Literal["never"],
    BeforeValidator(_reminder),
    WithJsonSchema({"anyOf": [{"const": NEVER}, DURATION_SCHEMA]}),
]
"""Microseconds, or never."""

When: TypeAlias = Annotated[object, BeforeValidator(_condition), refer("Comparable")]
"""A condition, whose meaning is read elsewhere; where levels compare it, without a comparison."""

Grouped: TypeAlias = Annotated[
    list[Annotated[str, Field(min_length=1)]],
    Field(max_length=10, description="api, check, rule, level, host, or a label's name; [] puts all into one message. Default: [api]."),
]  # fmt: skip
Effective: TypeAlias = Annotated[
    Annotated[EffectiveFields, Tag(MAPPING)]
    | Annotated[Annotated[list[EffectiveFields], Field(min_length=1, max_length=100)], Tag(LIST)],
    Discriminator(_mapping_or_list),
]
Note: TypeAlias = Annotated[
    str,
    BeforeValidator(plain_text),
    StringConstraints(min_length=1, max_length=LONGEST_NOTE),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_NOTE, "not": {"pattern": r"(^|[^$])\$\{"}}),
]
Minimum: TypeAlias = Annotated[int, Field(ge=1, le=LARGEST_MINIMUM, strict=True)]


class LevelFields(Section):
    """What makes an alert one of this level, and who is told; what it leaves out is the rule's."""

    when: Annotated[
        When | None, Field(description="A condition, or with what the rule's is compared, such as > 2s.")
    ] = None
    for_: Annotated[HeldField | None, Field(alias="for", description="How long it must hold.")] = None
    notify: Annotated[Names | None, Field(description="Channels or contacts; or a list of them.")] = None


LevelField: TypeAlias = Annotated[
    Annotated[LevelFields, Tag(MAPPING)]
    | Annotated[str, WithJsonSchema(sentence_schema(is_complete=False)), Tag(WORD)],
    MAPPING_OR_WORD,
]


class LevelsFields(Section):
    """Levels with conditions of their own; an alert has the most urgent that holds."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    critical: Annotated[LevelField | None, Field(description="The most urgent; a mapping, or a condition.")] = None
    warning: Annotated[LevelField | None, Field(description="Less urgent; a mapping, or a condition.")] = None
    info: Annotated[LevelField | None, Field(description="Least urgent; a mapping, or a condition.")] = None

    @model_validator(mode="after")
    def _some(self) -> LevelsFields:
        if not self.model_fields_set:
            raise wrong("name at least one of critical, warning, info")
        return self


class EscalationFields(Section):
    """Who is told besides, while nobody has acknowledged an alert."""

    after: Annotated[Duration, Field(description="So long after it was told first, 1m to 7d.")]
    notify: Annotated[Names, Field(description="Channels or contacts; or a list of them.")]


class RuleFields(Section):
    """When to tell whom of what."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [required("when"), required("levels")], "not": required("level", "levels")}
    )

    name: Annotated[Slug, Field(description="No two rules have the same.")]
    enabled: Annotated[bool, Field(strict=True, description="false keeps it out. Default: true.")] = True
    on: Annotated[ScopeField, Field(description="Which checks it is about. Default: all.")] = "all"
    per: Annotated[
        Literal["check", "api"], Field(description="Whether each check is in alert, or each API as a whole.")
    ] = "check"
    when: Annotated[When | None, Field(description="The condition.")] = None
    for_: Annotated[
        HeldField | None,
        Field(alias="for", description="How long it must hold: 3, 2 of 3, 3 periods, 10m. Default: as confirm says, or once."),
    ] = None  # fmt: skip
    level: Annotated[
        AlertLevel | None,
        Field(description="How urgent it is. Default: critical of down and of the prober, else warning."),
    ] = None
    levels: Annotated[LevelsFields | None, Field(description="Instead: conditions by level.")] = None
    notify: Annotated[
        Names | None, Field(description="Channels or contacts. Default: every channel that is nobody's fallback.")
    ] = None
    recover: Annotated[
        Row | None,
        Field(description="So many good results or periods in a row end it. Default: as confirm says, or 1."),
    ] = None
    no_data: Annotated[NoDataPolicy, Field(description="What becomes of an alert when nothing is known any more.")] = (
        NoDataPolicy.KEEP
    )
    min_samples: Annotated[
        Minimum | None, Field(description="A period with fewer values tells nothing. Default: 1.")
    ] = None
    min_locations: Annotated[
        Minimum | None,
        Field(description="At so many locations a state must hold, or a metric be beyond its threshold. Default: 1."),
    ] = None
    effective: Annotated[
        Effective | None, Field(description="When it is told; at other times only recorded. Default: always.")
    ] = None
    remind: Annotated[Reminder | None, Field(description="How long after a message it is told again, or never.")] = None
    resolved: Annotated[bool, Field(strict=True, description="Whether its end is told. Default: true.")] = True
    escalate: Annotated[
        list[EscalationFields],
        Field(max_length=MOST_ESCALATIONS, description="Who is told while nobody acknowledges it."),
    ] = []
    group_by: Grouped | None = None
    group_wait: Annotated[
        Duration | None, Field(description="How long the first alert waits for others, 0s to 1h. Default: 30s.")
    ] = None
    group_interval: Annotated[
        Duration | None, Field(description="How long later ones wait after a message, 1s to 1d. Default: 5m.")
    ] = None
    note: Annotated[Note | None, Field(description="For the reader of its messages, such as what to do.")] = None
    runbook: Annotated[Contact | None, Field(description="URL of more of that.")] = None

    @model_validator(mode="after")
    def _one_condition(self) -> RuleFields:
        if self.when is None and self.levels is None:
            raise wrong("say when, as in when: down; or write levels, each with its own")
        if self.level is not None and self.levels is not None:
            raise wrong("give either level or levels")
        return self


class NotificationFields(Section):
    """What holds for all rules and channels that don't say otherwise."""

    group_by: Grouped | None = None
    group_wait: Annotated[
        Duration | None, Field(description="How long the first alert waits for others. Default: 30s.")
    ] = None
    group_interval: Annotated[
        Duration | None, Field(description="How long later ones wait after a message. Default: 5m.")
    ] = None
    remind: Annotated[
        Reminder | None, Field(description="How long after a message it is told again, or never. Default: 4h.")
    ] = None
    expires_after: Annotated[Duration | None, Field(description="How long a message is tried. Default: 1d.")] = None


class HeartbeatFields(Section):
    """Where a ping goes after each complete cycle."""

    url: Annotated[Text, Field(description="Of a service such as healthchecks, which tells you when pings stop.")]
    every: Annotated[Duration, Field(description="At most so often, 15s to 1h. Default: 1m.")] = 60_000_000


HeartbeatField: TypeAlias = Annotated[
    Annotated[HeartbeatFields, Tag(MAPPING)] | Annotated[Text, Tag(WORD)], MAPPING_OR_WORD
]
"""A mapping, or its URL alone."""
