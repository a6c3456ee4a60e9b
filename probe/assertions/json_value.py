"""JSON values, compared strictly: `1` is neither `"1"` nor `true`, and what can't be compared fails with its reason.

`null` may be compared with anything, and equals only itself. An array or object equals no scalar that can be written here, so to
compare one with a scalar other than `null` is a failure, not a difference.
"""

from __future__ import annotations

import json
import math
from typing import Final

from probe.assertions.kind import EXISTENCE, LISTS, ORDERINGS, Kind, Predicate, as_tuple, comparison
from probe.assertions.paths import Several
from probe.assertions.text import check_text, quoted, text_test
from probe.assertions.unreadable import Unreadable
from probe.model.check import ExpectedValue, JsonScalar, Operator

TYPES: Final = ("string", "number", "boolean", "null", "array", "object")
_TYPE_OF: Final[dict[type, str]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    list: "array",
    dict: "object",
}
_TYPE_ADVICE: Final = {
    "str": "string", "text": "string", "int": "number", "integer": "number", "float": "number",
    "bool": "boolean", "none": "null", "nil": "null", "list": "array", "dict": "object", "map": "object", "mapping": "object",
}  # fmt: skip
_TEXT_ONLY: Final = (
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.MATCHES,
    Operator.NOT_MATCHES,
)
_LOOK_LIKE_JSON: Final = {"true": "true", "false": "false", "null": "null", "none": "null"}
_SHOWN_OF_SEVERAL: Final = 3


def bare(word: str) -> JsonScalar:
    """A word without quotation marks: a number, `true`, `false` and `null` mean what JSON means, all else is a string.

    Raises:
        ValueError: it looks like one of them, but is none; or it begins an array or object.
    """
    if word.startswith(("[", "{")):
        raise ValueError(
            "arrays and objects can't be compared; name one value in it by its path, or use `is array` or `is object`"
        )
    near = _LOOK_LIKE_JSON.get(word.lower())
    if near and word != near:
        raise ValueError(f'{word} is not JSON; write `{near}`, or `"{word}"` for the text')
    try:
        value = json.loads(word)
    except (ValueError, RecursionError):
        return word
    return value if value is None or isinstance(value, int | float) else word


def show(found: object) -> str:
    """A value that was found, for a person; arrays and objects by their size."""
    if isinstance(found, Several):
        more = len(found.values) - _SHOWN_OF_SEVERAL
        shown = ", ".join(map(show, found.values[:_SHOWN_OF_SEVERAL]))
        return f"{shown} and {more} more" if more > 0 else shown
    if isinstance(found, list):
        return f"an array of {len(found)}"
    if isinstance(found, dict):
        return f"an object of {len(found)}"
    return json.dumps(found, ensure_ascii=False)


def _accept(operator: Operator, value: JsonScalar) -> JsonScalar:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and numbers beyond 1e308 can't be compared; write a number that JSON can hold")
    if operator is Operator.IS:
        return _accept_type(value)
    if operator in _TEXT_ONLY or operator in (Operator.CONTAINS, Operator.NOT_CONTAINS):
        if isinstance(value, str):
            check_text(operator, value)
        elif operator in _TEXT_ONLY:
            raise ValueError(f"{json.dumps(value)} is not text; put it in quotation marks")
    elif operator in ORDERINGS and (value is None or isinstance(value, bool)):
        raise ValueError(f"{json.dumps(value)} has no order; write a number or a text")
    return value


def _accept_type(value: JsonScalar) -> str:
    word = "null" if value is None else str(value)
    if word in TYPES:
        return word
    near = _TYPE_ADVICE.get(word.lower(), word.lower())
    advice = f"did you mean `{near}`?" if near in TYPES else f"there are {', '.join(TYPES)}"
    raise ValueError(f"{quoted(word)} is not a JSON type; {advice}")


def _write(operator: Operator, value: JsonScalar) -> str:
    return str(value) if operator is Operator.IS else json.dumps(value, ensure_ascii=False)


def _predicate(operator: Operator, expected: ExpectedValue) -> Predicate[object]:
    one = _single(operator, expected)

    def holds(found: object) -> bool:
        return _any(one, found.values) if type(found) is Several else one(found)

    return holds


def _any(one: Predicate[object], values: tuple[object, ...]) -> bool:
    """Whether one value satisfies it; when none does, what can't be compared decides that nothing can be said."""
    trouble: Unreadable | None = None
    for value in values:
        try:
            if one(value):
                return True
        except Unreadable as reason:
            trouble = trouble or reason
    if trouble:
        raise trouble
    return False


def _single(operator: Operator, expected: ExpectedValue) -> Predicate[object]:
    if operator in (Operator.EQUAL, *LISTS):
        return _one_of(as_tuple(expected))
    if operator in ORDERINGS:
        return _ordered(operator, expected)
    if operator is Operator.IS:
        return lambda found: _TYPE_OF[type(found)] == expected
    if operator is Operator.CONTAINS:
        return _contains(expected)
    return _text(operator, str(expected))


def _one_of(expected: tuple[JsonScalar, ...]) -> Predicate[object]:
    types = {_TYPE_OF[type(value)] for value in expected}
    values = frozenset((_TYPE_OF[type(value)], value) for value in expected)
    comparable = set(TYPES) if "null" in types else types | {"null"}

    def holds(found: object) -> bool:
        kind = _finite_type(found)
        if kind not in comparable:
            raise _mismatch(found, *sorted(types))
        return kind not in ("array", "object") and (kind, found) in values

    return holds


def _ordered(operator: Operator, expected: ExpectedValue) -> Predicate[object]:
    wanted = _TYPE_OF[type(expected)]
    holds: Predicate[object] = comparison(operator, expected)

    def test(found: object) -> bool:
        if _finite_type(found) != wanted:
            raise _mismatch(found, wanted)
        return holds(found)

    return test


def _contains(expected: ExpectedValue) -> Predicate[object]:
    wanted = _TYPE_OF[type(expected)]

    def holds(found: object) -> bool:
        if isinstance(found, list):
            return any(_TYPE_OF[type(item)] == wanted and item == expected for item in found)
        if isinstance(found, str) and isinstance(expected, str):
            return expected in found
        raise _mismatch(found, *(("string",) if wanted == "string" else ()), "array")

    return holds


def _text(operator: Operator, expected: str) -> Predicate[object]:
    holds = text_test(operator, expected)

    def test(found: object) -> bool:
        if not isinstance(found, str):
            raise _mismatch(found, "string")
        return holds(found)

    return test


def _finite_type(found: object) -> str:
    if isinstance(found, float) and not math.isfinite(found):
        raise Unreadable("a number too large to be compared")
    return _TYPE_OF[type(found)]


def _mismatch(found: object, *wanted: str) -> Unreadable:
    kind = _TYPE_OF[type(found)]
    what = "" if kind in ("array", "object", "null") else f", {_article(kind)}"
    return Unreadable(f"{show(found)}{what}, not {' or '.join(map(_article, wanted))}")


def _article(kind: str) -> str:
    return kind if kind == "null" else f"{'an' if kind[0] in 'ao' else 'a'} {kind}"


JSON: Final[Kind[object]] = Kind(
    operators=tuple(operator for operator in Operator if operator not in EXISTENCE),
    example='"some text"',
    bare=bare,
    accept=_accept,
    write=_write,
    predicate=_predicate,
    show=show,
    schema={"type": ["string", "number", "boolean", "null"]},
)
