"""Expectations as a file has them: a sentence (`status == 200`) or an object. Both give the same `Expectation`.

What can be looked at, and by which operators, is up to `probe.assertions.registry`; nothing here names a subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from probe.assertions.kind import EXISTENCE, LISTS
from probe.assertions.operators import checked_operator
from probe.assertions.registry import SUBJECTS, AnySubject
from probe.assertions.sentence import Parts, read_sentence, unknown_subject, write_sentence
from probe.model.check import Expectation, ExpectedValue, JsonScalar, Operator, Severity

LONGEST: Final = 1_000
"""Characters of a sentence, as written and in its canonical form."""


class ExpressionError(ValueError):
    """An expectation can't be read as written; the message says what, why, and what to write instead."""


def parse_expectation(text: str, severity: Severity = Severity.FAIL) -> Expectation:
    """The expectation that a sentence states: `parse_expectation(e.text, e.severity) == e` for every expectation `e`.

    Raises:
        ExpressionError: it states none. Nothing else is raised, whatever the text.
    """
    try:
        _refuse_long(text)
        return _expectation(read_sentence(text), severity)
    except ValueError as error:
        raise ExpressionError(str(error)) from None


def expectation_from_fields(fields: Mapping[str, object], severity: Severity = Severity.FAIL) -> Expectation:
    """The expectation that an object states: `{subject: json, path: $.a, operator: ==, value: 1, severity: warn}`.

    Args:
        severity: holds where the object names none.

    Raises:
        ExpressionError: it states none. Nothing else is raised, whatever the fields.
    """
    try:
        subject = _subject(fields)
        _refuse_unknown(fields, _known_fields(subject))
        target = _target(subject, fields)
        operator = _operator(subject, fields)
        parts = Parts(subject, target, operator, _value(subject, operator, fields))
        return _expectation(parts, _severity(fields, severity))
    except ValueError as error:
        raise ExpressionError(str(error)) from None


def expectation_schema() -> dict[str, object]:
    """JSON Schema (2020-12) of one expectation: a sentence, an object, or either behind `warn`."""
    forms = [_sentence_schema(), *map(_object_schema, SUBJECTS.values())]
    warning = {
        "type": "object",
        "description": "An expectation that makes the result degraded, not down, when it is not met.",
        "properties": {"warn": {"anyOf": forms}},
        "required": ["warn"],
        "additionalProperties": False,
    }
    return {"anyOf": [*forms, warning]}


def _expectation(parts: Parts, severity: Severity) -> Expectation:
    text = write_sentence(parts)
    _refuse_long(text)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("half of a surrogate pair is no character; write the whole one")
    return Expectation(
        text=text,
        subject=parts.subject.name,
        target=parts.target,
        operator=parts.operator,
        value=parts.value,
        severity=severity,
    )


def _refuse_long(text: str) -> None:
    if len(text) > LONGEST:
        raise ValueError(f"the expectation has {len(text):,} characters; at most {LONGEST:,} are allowed")


def _text_field(fields: Mapping[str, object], key: str, example: str) -> str:
    value = fields.get(key)
    if isinstance(value, str) and value.strip():
        return value.strip()
    problem = "is missing" if key not in fields else "must be text"
    raise ValueError(f"`{key}` {problem}; write one, such as `{key}: {example}`")


def _subject(fields: Mapping[str, object]) -> AnySubject:
    name = _text_field(fields, "subject", "status")
    if name not in SUBJECTS:
        raise unknown_subject(name)
    return SUBJECTS[name]


def _known_fields(subject: AnySubject) -> list[str]:
    operand = [subject.operand.field] if subject.operand else []
    return ["subject", *operand, "operator", "value", "severity"]


def _refuse_unknown(fields: Mapping[str, object], known: Sequence[str]) -> None:
    for key in fields:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            advice = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"
            raise ValueError(f'unknown key "{str(key)[:60]}"; {advice}')


def _target(subject: AnySubject, fields: Mapping[str, object]) -> str:
    if subject.operand is None:
        return ""
    return subject.validate(_text_field(fields, subject.operand.field, subject.operand.example))


def _operator(subject: AnySubject, fields: Mapping[str, object]) -> Operator:
    example = f'"{subject.operators[0]}"'
    return checked_operator(subject, " ".join(_text_field(fields, "operator", example).split()))


def _value(subject: AnySubject, operator: Operator, fields: Mapping[str, object]) -> ExpectedValue:
    if operator in EXISTENCE:
        if "value" in fields:
            raise ValueError(f"`{operator}` takes no value; remove `value`")
        return None
    if "value" not in fields:
        raise ValueError(f"`value` is missing; write one, such as `value: {subject.kind.example}`")
    given = fields["value"]
    if operator not in LISTS:
        return _accepted(subject, operator, given)
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise ValueError(f"`{operator}` takes a list; write `value: [{subject.kind.example}]`")
    return tuple(_accepted(subject, operator, item) for item in given)


def _accepted(subject: AnySubject, operator: Operator, given: object) -> JsonScalar:
    if given is None or isinstance(given, str | int | float):
        return subject.kind.accept(operator, given)
    raise ValueError(f"`value` must be a single value for `{operator}`, such as {subject.kind.example}")


def _severity(fields: Mapping[str, object], severity: Severity) -> Severity:
    given = fields.get("severity", severity)
    if given in list(Severity):
        return Severity(str(given))
    raise ValueError(f"`severity` must be {' or '.join(Severity)}")


def _sentence_schema() -> dict[str, object]:
    names = "|".join(re.escape(name) for name in SUBJECTS)
    return {
        "type": "string",
        "description": "One thing that the response must show: SUBJECT [TARGET] OPERATOR [VALUE].",
        "pattern": rf"^\s*({names})(\W|$)",
        "maxLength": LONGEST,
        "examples": [subject.example for subject in SUBJECTS.values()],
    }


def _object_schema(subject: AnySubject) -> dict[str, object]:
    """One object form a subject, with the operators that it takes."""
    properties: dict[str, object] = {
        "subject": {"const": subject.name, "description": subject.about},
        "operator": {"enum": [str(operator) for operator in subject.operators]},
        "value": _value_schema(subject),
        "severity": {"enum": list(map(str, Severity)), "default": str(Severity.FAIL)},
    }
    required = ["subject", "operator"]
    if subject.operand:
        properties[subject.operand.field] = {
            "type": "string",
            "minLength": 1,
            "description": subject.operand.what,
            "examples": [subject.operand.example],
        }
        required.append(subject.operand.field)
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "if": {"properties": {"operator": {"enum": list(map(str, EXISTENCE))}}},
        "then": {"not": {"required": ["value"]}},
        "else": {"required": ["value"]},
    }


def _value_schema(subject: AnySubject) -> dict[str, object]:
    one = dict(subject.kind.schema)
    if Operator.IN not in subject.operators:
        return one
    return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}
