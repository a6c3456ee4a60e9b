"""YAML text to plain values that still know where they stood.

YAML 1.2 meanings (`no`, `12:30:45` and `on` are text), duplicate keys refused, size, depth and nodes bounded.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias

import yaml

from probe.model.errors import ConfigurationError, Problem

Value: TypeAlias = "str | int | float | bool | list[Value] | dict[str, Value] | None"
Path: TypeAlias = tuple[str | int, ...]

MAX_BYTES: Final = 16 * 2**20
MAX_NODES: Final = 1_000_000
MAX_TEXT: Final = 4 * MAX_BYTES
"""Characters of all values together, once aliases are written out."""

MAX_DEPTH: Final = 100
_MERGE: Final = "<<"
_PLAIN: Final = "plain"
"""Our tag for text without quotes and without a tag: the only kind that can mean a number, a truth value or nothing."""

_CORE_TAGS: Final = {
    _PLAIN,
    "tag:yaml.org,2002:str",
    "tag:yaml.org,2002:map",
    "tag:yaml.org,2002:seq",
}
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,300}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}", re.ASCII)
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORDS: Final[dict[str, Value]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_HINTS: Final = (
    ("mapping values are not allowed", 'text that contains ": " must stand in quotes'),
    ("found character that cannot start any token", "text that begins with @ ` % or a tab must stand in quotes; indent with spaces"),
    ("found a tab character", "indent with spaces, never with tabs"),
    ("expected <block end>", "look at the indentation: lines of one mapping begin in one column"),
    ("did not find expected key", "look at the indentation: lines of one mapping begin in one column"),
    ("could not find expected ':'", 'a key must be followed by ":" and a space'),
    ("did not find expected ',' or", "a bracket or brace isn't closed, or text between brackets itself holds some and must stand in quotes"),
    ("did not find expected alphabetic", "text that begins with * or & or holds one between brackets must stand in quotes"),
    ("did not find expected '-'", "text with quotation marks inside must stand in single quotes as a whole"),
    ("undefined alias", "an alias (*name) needs an anchor (&name) before it; text that begins with * must stand in quotes"),
    ("found unexpected end of stream", "a quote isn't closed"),
    ("found another document", "keep one document in a file: remove the line ---"),
)  # fmt: skip


class WrittenInt(int):
    """A whole number that still knows how it was written: where text is wanted, `007` is not `7`."""

    written: str

    @classmethod
    def read(cls, text: str) -> WrittenInt:
        number = cls(text, 0) if text[:2] in ("0o", "0x") else cls(text)
        number.written = text
        return number


class WrittenFloat(float):
    """A number that still knows how it was written: where text is wanted, `1.10` is not `1.1`."""

    written: str

    @classmethod
    def read(cls, text: str) -> WrittenFloat:
        number = cls(text)
        number.written = text
        return number


class _Mark(Protocol):
    """A place in the text, 0-based; libyaml's marks and PyYAML's own share no class."""

    line: int
    column: int


class _Parser(yaml.CBaseLoader):
    """libyaml's parser, with plain text marked as such."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: tuple[bool, bool]) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _PLAIN
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


@dataclass(slots=True)
class Document:
    """A parsed file.

    Attributes:
        file: the name that problems carry.
        value: the whole document as plain values.
        problems: mistakes of the YAML itself that did not stop the reading (duplicate keys, tags).
    """

    file: str
    value: Value = None
    problems: list[Problem] = field(default_factory=list)
    _root: yaml.Node | None = None

    def problem(self, path: Path, message: str) -> Problem:
        """A mistake at a path: at the deepest part of it that stands in the text."""
        line, column = self._locate(path)
        return Problem(file=self.file, line=line, column=column, path=format_path(path), message=message)

    def _locate(self, path: Path) -> tuple[int, int]:
        """Line and column, 1-based, of the key (in a mapping) or the item (in a list)."""
        node, mark = self._root, None
        for part in path:
            found = _child(node, part) if node else None
            if found is None:
                break
            mark, node = found
        mark = mark or (node.start_mark if node else None)
        return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def read_document(text: bytes, *, file: str) -> Document:
    """Parse one YAML document.

    Raises:
        ConfigurationError: it can't be read at all; a mistake that leaves the rest readable is in `problems`.
    """
    try:
        root = _parser(text, file).get_single_node()
    except yaml.YAMLError as error:
        raise ConfigurationError((_syntax_problem(error, file),)) from None
    if root is None:
        message = "the file is empty; a first check in five lines stands in the README"
        raise ConfigurationError((Problem(file=file, message=message),))
    return _built(root, file, _Left())


def read_stream(text: bytes, *, file: str) -> tuple[Document, ...]:
    """Parse any number of YAML documents, those left out that are empty; their bounds hold for all together.

    Raises:
        ConfigurationError: one of them can't be read at all; for the rest see `read_document`.
    """
    roots: list[yaml.Node] = []
    try:
        parser = _parser(text, file)
        while parser.check_node():
            roots += filter(None, (parser.get_node(),))
    except yaml.YAMLError as error:
        raise ConfigurationError((_syntax_problem(error, file),)) from None
    left = _Left()
    documents = (_built(root, file, left) for root in roots)
    return tuple(document for document in documents if document.value is not None)


def is_text(plain: str) -> bool:
    """Whether text that stands there without quotes is read as text."""
    return isinstance(_scalar(plain, _PLAIN), str)


def format_path(path: Path) -> str:
    """`("apis", "a", "expect", 0)` as `apis.a.expect[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _parser(text: bytes, file: str) -> _Parser:
    decoded = _decode(text, file)
    _check_bounds(decoded, file)
    return _Parser(decoded)


def _built(root: yaml.Node, file: str, left: _Left) -> Document:
    document = Document(file, _root=root)
    document.value = _Builder(document, left).build(root, ())
    return document


def _decode(text: bytes, file: str) -> str:
    if len(text) > MAX_BYTES:
        raise ConfigurationError(
            (
                Problem(
                    file=file,
                    message=f"the file has more than {MAX_BYTES} bytes",
                ),
            )
        )
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(text, error.start, file, "not UTF-8 text; save the file as UTF-8") from None
    if control := _CONTROL.search(text):
        raise _unreadable(text, control.start(), file, "a control character; remove it")
    return decoded


def _placed(mark: _Mark | None, file: str, message: str, path: Path = ()) -> Problem:
    """A problem where libyaml says it is."""
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return Problem(file=file, line=line, column=column, path=format_path(path), message=message)


def _unreadable(text: bytes, at: int, file: str, message: str) -> ConfigurationError:
    line, column = text.count(b"\n", 0, at) + 1, at - text.rfind(b"\n", 0, at)
    return ConfigurationError((Problem(file=file, line=line, column=column, message=message),))


def _check_bounds(text: str, file: str) -> None:
    """Depth before composing, for libyaml's composer recurses in C and would end the process."""
    depth = 0
    for event in _events(text):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                message = f"nested deeper than {MAX_DEPTH} levels"
                raise ConfigurationError((_placed(event.start_mark, file, message),))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _events(text: str) -> Iterator[yaml.Event]:
    parser = _Parser(text)
    while (event := parser.get_event()) is not None:
        yield event


def _syntax_problem(error: yaml.YAMLError, file: str) -> Problem:
    is_open = "quoted scalar" in (getattr(error, "context", None) or "")  # then its beginning says more than its end
    marks = ("context_mark", "problem_mark") if is_open else ("problem_mark", "context_mark")
    mark = next(filter(None, (getattr(error, name, None) for name in marks)), None)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "not readable as YAML"
    hint = next((hint for sign, hint in _HINTS if sign in said), None)
    message = f"YAML: {said}; {hint}" if hint else f"YAML: {said}"
    return _placed(mark, file, message)


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Mark, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark, node.value[part]
    if isinstance(node, yaml.MappingNode):
        own = ((key.start_mark, value) for key, value in reversed(node.value) if key.value == part)
        merged = (_child(value, part) for key, value in node.value if key.value == _MERGE)
        return next(own, None) or next(filter(None, merged), None)
    return None


@dataclass(slots=True)
class _Left:
    """How much may still be built of a file, so that aliases can't multiply without end."""

    nodes: int = MAX_NODES
    text: int = MAX_TEXT


class _Builder:
    """Plain values from nodes."""

    def __init__(self, document: Document, left: _Left) -> None:
        self._document = document
        self._left = left

    def build(self, node: yaml.Node, path: Path) -> Value:
        self._left.nodes -= 1
        self._left.text -= len(node.value) if isinstance(node, yaml.ScalarNode) else 0
        if self._left.nodes < 0 or self._left.text < 0 or len(path) > MAX_DEPTH:
            message = f"aliases make more than {MAX_NODES} values of it, or contain themselves"
            raise ConfigurationError((Problem(file=self._document.file, message=message),))
        if node.tag not in _CORE_TAGS:
            self._blame(path, f"the tag {node.tag} is not supported; remove it")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(str(node.value), node.tag)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        built: dict[str, Value] = {}
        seen: dict[str, yaml.Mark] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._blame_mark(
                    key.start_mark,
                    path,
                    'a key must be plain text; text that begins with "{" must stand in quotes',
                )
            elif key.value in seen:
                first = seen[key.value].line + 1
                self._blame_mark(
                    key.start_mark,
                    (*path, key.value),
                    f"the key stands here a second time (first in line {first}); remove one",
                )
            elif key.value == _MERGE and key.tag == _PLAIN:
                seen[_MERGE] = key.start_mark
                built = self._merged(value, path) | built
            else:
                seen[key.value] = key.start_mark
                built[key.value] = self.build(value, (*path, key.value))
        return built

    def _merged(self, node: yaml.Node, path: Path) -> dict[str, Value]:
        """What `<<: *anchor` brings in; the mapping's own keys win."""
        value = self.build(node, (*path, _MERGE))
        if isinstance(value, dict):
            return value
        self._blame((*path, _MERGE), "only a mapping (or an alias of one) can be merged in")
        return {}

    def _blame(self, path: Path, message: str) -> None:
        self._document.problems.append(self._document.problem(path, message))

    def _blame_mark(self, mark: yaml.Mark, path: Path, message: str) -> None:
        self._document.problems.append(_placed(mark, self._document.file, message, path))


def _scalar(text: str, tag: str) -> Value:
    """By the core schema of YAML 1.2; only plain text can be anything but text."""
    if tag != _PLAIN:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return WrittenInt.read(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return WrittenFloat.read(text)
    return text
