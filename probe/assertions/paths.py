"""JSONPath (RFC 9535), compiled once and bounded: a plain walk for one place, the library for a search."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, TypeAlias

from jsonpath_rfc9535 import JSONPathError, JSONPathQuery
from jsonpath_rfc9535.lex import tokenize
from jsonpath_rfc9535.selectors import IndexSelector, NameSelector
from jsonpath_rfc9535.tokens import TokenType

from probe.assertions.metered import Meter, metered_query
from probe.assertions.text import quoted
from probe.assertions.unreadable import Missing, Unreadable

MAX_PATH: Final = 500
MAX_RESULTS: Final = 10_000
_LIBRARY_FAULTS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What the library raises for some filters where it means "nothing": `value(@)` and `count(@)` of a string, for one."""

_SHORTHAND: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PART: Final = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|.""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Several:
    """What a path found that may find any number of values; at least one."""

    values: tuple[object, ...]


PathReader: TypeAlias = Callable[[object], object]
"""From a document to the one value, or to `Several`. Raises `Missing` or `Unreadable`."""


def path_end(text: str) -> int:
    """Where the path at the start of a text ends: at white space or a comparison outside brackets and quotes."""
    depth = 0
    for part in _PART.finditer(text):
        if part[0] in "[(":
            depth += 1
        elif part[0] in "])":
            depth -= 1
        elif depth <= 0 and (part[0].isspace() or part[0] in "=!<>"):
            return part.start()
    return len(text)


def canonical_path(path: str) -> str:
    """The path without white space around it.

    Raises:
        ValueError: it is not a JSONPath, or could cost too much; the message says where and why.
    """
    path = path.strip()
    if not path.startswith("$"):
        near = f"; did you mean `$.{path}`?" if _SHORTHAND.match(path) else ""
        raise ValueError(f"a JSONPath starts with `$`, such as `$.items[0].id`{near}")
    if not path.isprintable() or path_end(path) != len(path):
        raise ValueError("a JSONPath has white space only inside brackets, and stays on one line")
    compile_path(path)
    return path


@lru_cache(maxsize=1024)
def compile_path(path: str) -> PathReader:
    """What reads the path's value from a document; not from two threads at once.

    Raises:
        ValueError: it is not a JSONPath, or could cost too much; the message says where and why.
    """
    if len(path) > MAX_PATH:
        raise ValueError(f"the JSONPath has {len(path)} characters; at most {MAX_PATH} are allowed")
    try:
        tokens = [token.type_ for token in tokenize(path)]
        query, meter = metered_query(path)
    except JSONPathError as error:
        at = f" at character {error.token.index + 1}" if error.token else ""
        raise ValueError(f"`{path}` is not a JSONPath: {error.args[0]}{at}") from None
    except (*_LIBRARY_FAULTS, RecursionError) as error:
        raise ValueError(f"`{path}` is not a JSONPath: {error}") from None
    _refuse_costly(path, tokens)
    return _walk(_steps(query)) if query.singular_query() else _search(path, query, meter)


def _refuse_costly(path: str, tokens: list[TokenType]) -> None:
    if tokens.count(TokenType.DOUBLE_DOT) > 1:
        raise ValueError(f"`{path}` searches everything below everything; write `..` only once")
    if tokens.count(TokenType.ROOT) > 1:
        raise ValueError(f"`{path}` looks at the whole document again for each value; in a filter write `@` only")


def _steps(query: JSONPathQuery) -> tuple[tuple[type, str | int], ...]:
    selectors = [segment.selectors[0] for segment in query.segments]
    return tuple(
        (dict, selector.name) if isinstance(selector, NameSelector) else (list, selector.index)
        for selector in selectors
        if isinstance(selector, NameSelector | IndexSelector)
    )


def _walk(steps: tuple[tuple[type, str | int], ...]) -> PathReader:
    def read(document: object) -> object:
        value = document
        try:
            for container, key in steps:
                if type(value) is not container:
                    raise KeyError
                value = value[key]  # type: ignore[index]
        except LookupError:
            raise Missing(f"nothing at {_first_missing(document, steps)}") from None
        return value

    return read


def _first_missing(document: object, steps: tuple[tuple[type, str | int], ...]) -> str:
    """The part of the path up to the first thing that isn't there: it says more than the whole."""
    value, way = document, "$"
    for container, key in steps:
        way += f".{key}" if isinstance(key, str) and _SHORTHAND.fullmatch(key) else _bracketed(key)
        if type(value) is not container:
            break
        try:
            value = value[key]  # type: ignore[index]
        except LookupError:
            break
    return way


def _bracketed(key: str | int) -> str:
    return f"[{quoted(key) if isinstance(key, str) else key}]"


def _search(path: str, query: JSONPathQuery, meter: Meter) -> PathReader:
    def read(document: object) -> Several:
        meter.reset()
        try:
            nodes = islice(query.finditer(document), MAX_RESULTS + 1)  # type: ignore[arg-type]
            values = tuple(node.value for node in nodes)
        except (JSONPathError, RecursionError):
            raise Unreadable(f"the body is nested too deeply for {path}") from None
        except _LIBRARY_FAULTS as fault:
            raise Unreadable(f"{path} can't be evaluated here: {fault}") from None
        if not values:
            raise Missing(f"nothing at {path}")
        if len(values) > MAX_RESULTS:
            raise Unreadable(f"more than {MAX_RESULTS:,} values at {path}")
        return Several(values)

    return read
