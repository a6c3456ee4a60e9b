"""The one-line form of an expectation: `SUBJECT [TARGET] OPERATOR [VALUE]`, read from left to right.

A word needs no quotation marks. Text with spaces does: `"…"` with JSON's escapes, or `'…'` just as it stands. A list is `[200, 204]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final, NamedTuple

from probe.assertions.kind import EXISTENCE, LISTS
from probe.assertions.operators import take_operator
from probe.assertions.registry import SUBJECTS, AnySubject
from probe.model.check import ExpectedValue, JsonScalar, Operator

_SUBJECT: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_JSON_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN_TEXT: Final = re.compile(r"'([^']*)'")
_WORD: Final = re.compile(r"\S+")
_WORD_IN_LIST: Final = re.compile(r"""[^\s,\[\]"']+""")
_LIKE_BARE_TEXT: Final = (
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.MATCHES,
    Operator.NOT_MATCHES,
    Operator.IS,
)
"""Behind these a word is text, whatever else it may look like: `json $.zip starts with 10`."""

_SHOWN: Final = 60


class Parts(NamedTuple):
    """What a sentence is made of; validated."""

    subject: AnySubject
    target: str
    operator: Operator
    value: ExpectedValue


class _Literal(NamedTuple):
    text: str
    quoted: bool
    rest: str


def read_sentence(text: str) -> Parts:
    """The parts of a sentence.

    Raises:
        ValueError: it is none; the message says what, why, and what to write instead.
    """
    subject, rest = _take_subject(text.strip())
    target, rest = _take_target(subject, rest)
    head = _head(subject, target)
    operator, rest = take_operator(subject, head, rest)
    start = f"{head} {operator}"
    return Parts(subject, target, operator, _read_value(subject, operator, start, rest.strip()))


def write_sentence(parts: Parts) -> str:
    """The one form of a sentence, which `read_sentence` reads back."""
    subject, target, operator, value = parts
    start = f"{_head(subject, target)} {operator}"
    if operator in EXISTENCE:
        return start
    if isinstance(value, tuple):
        return f"{start} [{', '.join(subject.kind.write(operator, item) for item in value)}]"
    return f"{start} {subject.kind.write(operator, value)}"


def unknown_subject(word: str) -> ValueError:
    """What to say of a subject that isn't there."""
    shown = word[:_SHOWN]
    known, _, tail = word.lower().partition(".")
    near = get_close_matches(word.lower(), SUBJECTS, n=1)
    if word.startswith("$"):
        advice = f"did you mean `json {shown}`?"
    elif known in SUBJECTS and SUBJECTS[known].operand and tail:
        advice = f"did you mean `{_head(SUBJECTS[known], tail[:_SHOWN])}`?"
    elif near:
        advice = f"did you mean `{near[0]}`?"
    else:
        advice = f"begin with {', '.join(list(SUBJECTS)[:-1])} or {list(SUBJECTS)[-1]}"
    return ValueError(f'"{shown}" is nothing that can be looked at; {advice}')


def _take_subject(text: str) -> tuple[AnySubject, str]:
    if not text:
        raise ValueError("the expectation is empty; write one such as `status == 200`")
    found = _SUBJECT.match(text)
    word = found[0] if found else text.split()[0]
    known = word if word in SUBJECTS else word.partition(".")[0]
    subject = SUBJECTS.get(known)
    if subject and (word == known or (subject.operand and subject.operand.joint == ".")):
        return subject, text[len(known) :]
    raise unknown_subject(word)


def _take_target(subject: AnySubject, text: str) -> tuple[str, str]:
    operand = subject.operand
    if operand is None:
        return "", text
    rest = text.removeprefix(operand.joint) if operand.joint.strip() else text.lstrip()
    end = operand.end(rest) if rest != text or not operand.joint.strip() else 0
    if not end:
        raise ValueError(f"`{subject.name}` needs {operand.what} behind it, as in `{subject.example}`")
    return subject.validate(rest[:end]), rest[end:]


def _read_value(subject: AnySubject, operator: Operator, start: str, text: str) -> ExpectedValue:
    if operator in EXISTENCE:
        if text:
            raise ValueError(f'`{start}` is complete; remove "{text[:_SHOWN]}" behind it')
        return None
    if not text:
        example = f"[{subject.kind.example}]" if operator in LISTS else subject.kind.example
        raise ValueError(f"there is no value behind `{start}`; write one, as in `{start} {example}`")
    if operator in LISTS:
        return tuple(_accepted(subject, operator, item) for item in _items(start, text))
    literal = _take_literal(text, _WORD)
    try:
        value = _accepted(subject, operator, literal)
    except ValueError:
        if literal.quoted or not _is_one_thing(literal):
            raise
        return _accepted(subject, operator, _Literal(text, False, ""))  # it is one, or says better what is wrong
    if literal.rest:
        raise _superfluous(subject, operator, start, text, literal)
    return value


def _is_one_thing(literal: _Literal) -> bool:
    """`14 days`, `TLS v1.3`."""
    number, word = (literal.text, literal.rest) if literal.rest.isalpha() else (literal.rest, literal.text)
    return word.isalpha() and number.removeprefix("v").replace(".", "", 1).isdecimal()


def _accepted(subject: AnySubject, operator: Operator, literal: _Literal) -> JsonScalar:
    as_text = literal.quoted or operator in _LIKE_BARE_TEXT
    value = literal.text if as_text else subject.kind.bare(literal.text)
    return subject.kind.accept(operator, value)


def _take_literal(text: str, word: re.Pattern[str]) -> _Literal:
    """The quoted text or the word at the start, and what follows it."""
    if text[:1] not in ('"', "'"):
        found = word.match(text)
        written = found[0] if found else ""
        return _Literal(written, False, text[len(written) :].lstrip())
    found = (_JSON_TEXT if text[0] == '"' else _PLAIN_TEXT).match(text)
    if not found:
        raise ValueError(f"the quotation mark {text[0]} is never closed: {text[:_SHOWN]}")
    content = _unescaped(found[0]) if text[0] == '"' else found[1]
    return _Literal(content, True, text[found.end() :].lstrip())


def _unescaped(written: str) -> str:
    try:
        return str(json.loads(written, strict=False))
    except ValueError:
        raise ValueError(
            f"{written[:_SHOWN]} has a backslash that means nothing between double quotation marks; "
            "write it twice, or use single ones, between which it stands for itself"
        ) from None


def _items(start: str, text: str) -> Iterator[_Literal]:
    """The items of `[a, "b c", 3]`; at least one."""
    if not text.startswith("["):
        raise ValueError(f"`{start}` takes a list; did you mean `{start} [{text[:_SHOWN]}]`?")
    separator, rest = "[", text
    while separator and rest.startswith(separator):
        item = _take_literal(rest[1:].lstrip(), _WORD_IN_LIST)
        if not item.text and not item.quoted:
            what = "an item is missing in the list" if item.rest else "the list is never closed"
            raise ValueError(f"{what} behind `{start}`; write it as in `[a, b]`")
        yield item
        separator, rest = ",", item.rest
    if not rest.startswith("]"):
        raise ValueError(
            f"a comma or `]` is missing behind the list's {json.dumps(item.text[:_SHOWN])}; "
            "put text with spaces or brackets in quotation marks"
        )
    if rest[1:].strip():
        raise ValueError(f'the list ends the expectation; remove "{rest[1:].strip()[:_SHOWN]}"')


def _superfluous(subject: AnySubject, operator: Operator, start: str, text: str, literal: _Literal) -> ValueError:
    rest = literal.rest
    if re.match(r"(and|&&)\b", rest, re.IGNORECASE):
        advice = "write what follows as an expectation of its own"
    elif re.match(r"(or\b|\|\||,)", rest, re.IGNORECASE) and Operator.IN in subject.operators:
        head = start.removesuffix(f" {operator}")
        advice = f"for several values write `{head} in [{literal.text}, …]`"
    elif literal.quoted:
        advice = "remove it"
    else:
        advice = f"text with spaces needs quotation marks: `{start} {json.dumps(text[:_SHOWN], ensure_ascii=False)}`"
    return ValueError(f'"{rest[:_SHOWN]}" is too much; {advice}')


def _head(subject: AnySubject, target: str) -> str:
    return f"{subject.name}{subject.operand.joint}{target}" if subject.operand else subject.name
