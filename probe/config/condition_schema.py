"""JSON Schema of conditions, as sentences and as objects."""

from __future__ import annotations

import re
from typing import Final

from pydantic import WithJsonSchema

from probe.config.composed import MOST
from probe.config.conditions import LONGEST, PROBER, STATES
from probe.config.fields import DURATION_SCHEMA
from probe.config.held import HELD_SCHEMA
from probe.config.metrics import OPERATORS
from probe.model.rule import Metric, Statistic

_STAND_IN: Final = "x-definition"
_STATISTICS: Final = "|".join(
    (*(each for each in Statistic if each is not Statistic.PERCENTILE), r"p\d{1,2}(\.\d{1,3})?")
)
_METRICS: Final = "|".join(re.escape(metric) for metric in Metric)
_WORDS: Final = "|".join(word.replace(" ", r"\s+") for word in (*STATES, PROBER))
_BARE: Final = "|".join(re.escape(metric) for metric in (Metric.AVAILABILITY, Metric.CERTIFICATE))
_OPERATORS: Final = "|".join(map(re.escape, sorted(OPERATORS, key=len, reverse=True)))
_COMPARED: Final = rf"({_OPERATORS})\s*[^\s<>=!]"
_HEAD: Final = rf"(({_STATISTICS})\s*\(\s*({_METRICS})[^()]*\)|{_BARE})(\s+over\s+\d[^<>=!]*|\s*)"
_OF_WORDS: Final = rf"({_WORDS}|burn_rate(\s*\([^()]*\))?)\s*$"
_EXAMPLES: Final = (
    "down", "degraded", "no data", "prober trouble", "burn_rate(availability)", "p95(latency) over 5m > 800ms",
    "rate(errors) over 10m > 2%", "count(status 5xx) over 5m > 3", "avg(phase.tls) over 1h > last week + 20%",
    "availability over 1h < 99.9%", "certificate.expires_in < 14d",
)  # fmt: skip


def sentence_schema(*, is_complete: bool) -> dict[str, object]:
    """Of one sentence; one that isn't `is_complete` may leave out its comparison, or be nothing else."""
    parts = [_OF_WORDS, _HEAD + _COMPARED]
    if not is_complete:
        parts += [rf"{_HEAD}$", _COMPARED]
    return {
        "type": "string",
        "description": "A state, prober trouble, burn_rate, or STATISTIC(METRIC) over PERIOD OPERATOR THRESHOLD.",
        "pattern": rf"^\s*({'|'.join(parts)})",
        "maxLength": LONGEST,
        "examples": list(_EXAMPLES),
    }


def definitions() -> dict[str, object]:
    """What `refer` refers to."""
    forms = [sentence_schema(is_complete=True), *_objects(), _group("all"), _group("any")]
    return {
        "Condition": {"anyOf": forms},
        "Comparable": {"anyOf": [sentence_schema(is_complete=False), *forms[1:]]},
        "Held": HELD_SCHEMA,
    }


def refer(name: str) -> WithJsonSchema:
    """Stands for one of `definitions` until the whole schema is made: pydantic knows none of them."""
    return WithJsonSchema({_STAND_IN: name})


def with_definitions(schema: object) -> object:
    """The schema with references where `refer` stood."""
    if isinstance(schema, dict):
        kept = {key: with_definitions(value) for key, value in schema.items() if key != _STAND_IN}
        return {**kept, **_reference(str(schema[_STAND_IN]))} if _STAND_IN in schema else kept
    return [with_definitions(item) for item in schema] if isinstance(schema, list) else schema


def condition_schema() -> dict[str, object]:
    """Of a condition in any form."""
    return {**_reference("Condition"), "$defs": definitions()}


def _reference(name: str) -> dict[str, object]:
    return {"$ref": f"#/$defs/{name}"}


def _group(key: str) -> dict[str, object]:
    words = {"all": "All of these hold, of one check.", "any": "Any of these holds."}
    items = {"type": "array", "items": _reference("Condition"), "minItems": 1, "maxItems": MOST}
    return _object({key: {**items, "description": words[key]}}, key)


def _objects() -> list[dict[str, object]]:
    held = {"for": {**_reference("Held"), "description": "How long it must hold."}}
    return [
        _object({"when": {**sentence_schema(is_complete=True)}, **held}, "when"),
        _object({"state": {"enum": list(STATES), "description": "What a check's results are."}, **held}, "state"),
        _object(
            {
                "metric": {"type": "string", "pattern": rf"^\s*({_METRICS})", "description": "What is measured, such as status 5xx."},
                "statistic": {"type": "string", "pattern": rf"^\s*({_STATISTICS})\s*$", "description": "What is made of it."},
                "over": {**DURATION_SCHEMA, "description": "The period. Default: 5m."},
                "operator": {"enum": list(map(str, OPERATORS)), "description": "How it is compared."},
                "value": {"type": ["string", "number"], "description": "With what: a value, or such as last week + 20%."},
                **held,
            },
            "metric", "operator", "value",
        ),
        _object({"burn_rate": {"type": "string", "minLength": 1, "description": "An objective's name, or any."}}, "burn_rate"),
        _object({"prober": {"const": "trouble", "description": "The prober itself is in trouble."}, **held}, "prober"),
    ]  # fmt: skip


def _object(properties: dict[str, object], *required: str) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
