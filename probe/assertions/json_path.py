"""`json PATH`: values of a JSON body, by JSONPath.

A path that can find one value only (`$.items[0].id`) gives that value. Any other (`$.items[*].id`) gives all it finds, and an
expectation holds when **at least one** of them satisfies it; the negated operators (`!=`, `not in`, `not contains`,
`not matches`) hold when **none** does. Finding nothing satisfies `not exists` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from probe.assertions.json_value import JSON
from probe.assertions.paths import canonical_path, compile_path, path_end
from probe.assertions.reading import Reading
from probe.assertions.subject import Operand, Subject


def _reader(path: str) -> Callable[[Reading], object]:
    find = compile_path(path)
    return lambda reading: find(reading.document())


JSON_PATH: Final[Subject[object]] = Subject(
    name="json",
    about="a value of the JSON body, by its JSONPath (RFC 9535)",
    example="json $.items[0].id exists",
    kind=JSON,
    operand=Operand(
        field="path",
        what="a JSONPath",
        example="$.items[0].id",
        end=path_end,
        canonical=canonical_path,
    ),
    optional=True,
    reader=_reader,
)
