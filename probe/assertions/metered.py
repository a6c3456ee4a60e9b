"""A JSONPath query that counts what it visits and stops when that gets too much; its patterns are RE2's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from jsonpath_rfc9535 import (
    JSONPathEnvironment,
    JSONPathNode,
    JSONPathQuery,
    JSONPathTypeError,
    Parser,
)
from jsonpath_rfc9535.filter_expressions import Expression, StringLiteral
from jsonpath_rfc9535.function_extensions import ExpressionType, FilterFunction
from jsonpath_rfc9535.segments import (
    JSONPathChildSegment,
    JSONPathRecursiveDescentSegment,
    JSONPathSegment,
)
from jsonpath_rfc9535.selectors import IndexSelector, NameSelector
from jsonpath_rfc9535.tokens import Token, TokenStream

from probe.assertions.patterns import compile_pattern
from probe.assertions.unreadable import Unreadable

MAX_VISITS: Final = 50_000
"""A microsecond each, in which nothing else is measured."""

_compiled = lru_cache(maxsize=256)(compile_pattern)


class Meter:
    """How many values a query may still visit."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_VISITS

    def reset(self) -> None:
        """Begin anew."""
        self.left = MAX_VISITS

    def spend(self, visits: int) -> None:
        """Count visits.

        Raises:
            Unreadable: there were too many.
        """
        self.left -= visits
        if self.left < 0:
            raise Unreadable(f"the JSONPath would visit more than {MAX_VISITS:,} values of the body")


class _Child(JSONPathChildSegment):
    """A child segment that counts: one visit a selector, or one for each child where it looks at all."""

    __slots__ = ("_meter", "_wide")

    def __init__(self, segment: JSONPathSegment, meter: Meter) -> None:
        super().__init__(env=segment.env, token=segment.token, selectors=segment.selectors)
        self._meter = meter
        self._wide = _wide(segment)

    def resolve(self, nodes: Iterable[JSONPathNode]) -> Iterable[JSONPathNode]:
        """The children of each node."""
        return super().resolve(_counted(nodes, self._meter, len(self.selectors), self._wide))


class _Descent(JSONPathRecursiveDescentSegment):
    """A descendant segment that counts likewise, at every container on the way."""

    __slots__ = ("_meter", "_wide")

    def __init__(self, segment: JSONPathSegment, meter: Meter) -> None:
        super().__init__(env=segment.env, token=segment.token, selectors=segment.selectors)
        self._meter = meter
        self._wide = _wide(segment)

    def resolve(self, nodes: Iterable[JSONPathNode]) -> Iterable[JSONPathNode]:
        """What the selectors find in each node and in all below it."""
        for node in nodes:
            below = self._visit(node)
            for visited in _counted(below, self._meter, len(self.selectors), self._wide):
                for selector in self.selectors:
                    yield from selector.resolve(visited)


class _Parser(Parser):
    """The library's parser, with segments that count, in filters too."""

    def __init__(self, *, env: JSONPathEnvironment) -> None:
        super().__init__(env=env)
        self.meter = Meter()

    def parse_query(self, stream: TokenStream, *, in_filter: bool = False) -> Iterator[JSONPathSegment]:
        """The segments of a query."""
        for segment in super().parse_query(stream, in_filter=in_filter):
            descends = isinstance(segment, JSONPathRecursiveDescentSegment)
            yield (_Descent if descends else _Child)(segment, self.meter)


class _Matching(FilterFunction):
    """`match()` and `search()`: the library's own backtrack, and can be made to take for ever."""

    arg_types: Final = [ExpressionType.VALUE, ExpressionType.VALUE]
    return_type: Final = ExpressionType.LOGICAL

    def __init__(self, *, whole: bool) -> None:
        self.whole = whole

    def __call__(self, text: object, pattern: str) -> bool:
        return isinstance(text, str) and _compiled(pattern, whole=self.whole)(text)


class _Environment(JSONPathEnvironment):
    """The library's environment with our `match` and `search`, whose patterns are known at load."""

    def setup_function_extensions(self) -> None:
        """Register the functions."""
        super().setup_function_extensions()
        self.function_extensions["match"] = _Matching(whole=True)
        self.function_extensions["search"] = _Matching(whole=False)

    def validate_function_extension_signature(self, token: Token, args: list[Expression]) -> list[Expression]:
        """Check the arguments of a function while the path is compiled."""
        checked = super().validate_function_extension_signature(token, args)
        if token.value in ("match", "search"):
            _check_pattern(token, checked[1])
        return checked


def metered_query(path: str) -> tuple[JSONPathQuery, Meter]:
    """The compiled path, and the meter to reset before each use.

    Raises:
        JSONPathError: it is not a JSONPath.
    """
    environment = _Environment()
    parser = environment.parser = _Parser(env=environment)
    return environment.compile(path), parser.meter


def _check_pattern(token: Token, pattern: Expression) -> None:
    if not isinstance(pattern, StringLiteral):
        raise JSONPathTypeError(f"the pattern of {token.value}() must be a literal", token=token)
    try:
        _compiled(pattern.value)
    except ValueError as error:
        raise JSONPathTypeError(f"the pattern of {token.value}() {error}", token=token) from None


def _wide(segment: JSONPathSegment) -> int:
    """How many of its selectors look at every child."""
    narrow = NameSelector | IndexSelector
    return sum(not isinstance(selector, narrow) for selector in segment.selectors)


def _counted(nodes: Iterable[JSONPathNode], meter: Meter, each: int, wide: int) -> Iterator[JSONPathNode]:
    for node in nodes:
        children = len(node.value) if wide and isinstance(node.value, list | dict) else 0
        meter.spend(each + wide * children)
        yield node
