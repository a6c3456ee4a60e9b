"""Operators as people write them, and what they probably meant by the others."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from probe.assertions.registry import AnySubject
from probe.model.check import Operator

_SYMBOLS: Final = re.compile(r"[=!<>~]+")
_WORDS: Final = re.compile(r"([A-Za-z]+)(?:\s+([A-Za-z]+))?")
_SHOWN: Final = 60
_KNOWN: Final = frozenset(map(str, Operator))

_MEANT: Final = {
    "=": "==", "===": "==", "eq": "==", "equals": "==", "equal": "==", "is equal": "==", "<>": "!=", "!==": "!=", "ne": "!=",
    "is not": "!=", "not equal": "!=", "not equals": "!=", "=<": "<=", "lte": "<=", "le": "<=", "=>": ">=", "gte": ">=",
    "ge": ">=", "lt": "<", "below": "<", "under": "<", "gt": ">", "above": ">", "over": ">", "~": "matches", "=~": "matches",
    "~=": "matches", "!~": "not matches", "has": "contains", "includes": "contains", "does not": "not contains",
    "startswith": "starts with", "begins with": "starts with", "endswith": "ends with", "present": "exists",
    "is present": "exists", "absent": "not exists", "missing": "not exists", "is absent": "not exists",
    "is missing": "not exists", "is in": "in", "is": "==", "one of": "in", "not is": "!=",
}  # fmt: skip


def take_operator(subject: AnySubject, head: str, text: str) -> tuple[Operator, str]:
    """The operator at the start of a text, and the rest.

    Args:
        head: the expectation up to there, for the message.

    Raises:
        ValueError: there is none, or none for this subject; the message says which to write.
    """
    text = text.lstrip()
    if not text:
        raise ValueError(f"nothing is expected of `{head}`; add an operator and a value, such as `{subject.example}`")
    for written, end in _candidates(text):
        word = " ".join(written.lower().split())
        if word in _KNOWN or word in _MEANT:
            return checked_operator(subject, word), text[end:]
    first = text.split()[0]
    if not _SYMBOLS.match(text) and not _WORDS.match(text):
        equal = Operator.EQUAL if Operator.EQUAL in subject.operators else subject.operators[0]
        raise ValueError(f"there is no operator behind `{head}`; did you mean `{head} {equal} {first[:_SHOWN]}`?")
    return checked_operator(subject, first), ""


def checked_operator(subject: AnySubject, word: str) -> Operator:
    """The operator of this name.

    Raises:
        ValueError: there is no such, or not for this subject.
    """
    known = [str(operator) for operator in subject.operators]
    if word in known:
        return Operator(word)
    choice = f"{', '.join(known[:-1])} or {known[-1]}"
    if word in _KNOWN and word != Operator.IS:
        raise ValueError(f"`{word}` can't be used with {subject.name}; use {choice}")
    meant = _MEANT.get(word.lower()) or next(iter(get_close_matches(word.lower(), known, n=1)), "")
    advice = f"did you mean `{meant}`?" if meant in known else f"use {choice}"
    raise ValueError(f'"{word[:_SHOWN]}" is not an operator; {advice}')


def _candidates(text: str) -> list[tuple[str, int]]:
    """What may be the operator, with where it ends: the longest first."""
    symbols = _SYMBOLS.match(text)
    if symbols:
        return [(symbols[0], symbols.end())]
    words = _WORDS.match(text)
    if not words:
        return []
    return [(words[0], words.end()), (words[1], words.end(1))]
