"""The file to frozen settings, or every mistake in it at once."""

from __future__ import annotations

import copy
import gc
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Final, TypeAlias

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from probe.config.alert_warnings import RuleNotes
from probe.config.build import CheckBuilder
from probe.config.burning import BurnNotes
from probe.config.default_rules import with_lone_objectives
from probe.config.depending import Dependencies
from probe.config.document import MAX_BYTES, Document, Path, Value, read_document
from probe.config.fields import check_slug
from probe.config.filling import Filling
from probe.config.messages import explain
from probe.config.objectives import ObjectiveBuilder
from probe.config.outline import SettingsBuilder
from probe.config.references import References
from probe.config.schema import CheckFields, FileFields
from probe.config.scopes import Names
from probe.config.telling import TellingBuilder
from probe.config.warnings import warnings
from probe.model.check import Api, Check
from probe.model.errors import ConfigurationError, Problem
from probe.model.settings import Settings

Mapped: TypeAlias = dict[str, Value]

_FREE: Final = ("json", "value")
"""Below these keys an empty value is a JSON null, not something forgotten."""

_STAND_IN: Final[Mapped] = {"check": {"get": "/"}}
_MOST_WARNINGS: Final = 100
_MOST_ROUNDS: Final = 50  # of taking out what is wrong; each takes out at least one piece


def load(
    path: FilePath,
    *,
    environment: Mapping[str, str] = os.environ,
    folder: FilePath | None = None,
    needs_secrets: bool = True,
) -> Settings:
    """Read, check and resolve a configuration file. Starts and changes nothing.

    Args:
        path: of the file.
        environment: where `${env:…}` looks.
        folder: where relative paths in the file start; the file's own folder unless told otherwise.
        needs_secrets: whether a secret that isn't there is a mistake. Who only reads the store, or writes down what people
            say, needs none but the store's own; such settings must not be used to measure, or to tell anybody.

    Raises:
        ConfigurationError: with every mistake in `problems`, in the order of the text.
    """
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"can't be read: {error.strerror or error}; name another file with -c"
        raise ConfigurationError((Problem(file=str(path), message=message),)) from None
    return loads(
        text,
        file=str(path),
        environment=environment,
        folder=folder or path.absolute().parent,
        needs_secrets=needs_secrets,
    )


def loads(
    text: bytes, *, file: str, environment: Mapping[str, str], folder: FilePath, needs_secrets: bool = True
) -> Settings:
    """`load` for a text in hand; `file` is the name that problems carry."""
    with _nothing_collected():
        references = References(environment, folder, are_needed=needs_secrets)
        settings = read_settings(read_document(text, file=file), references)
        return replace(settings, digest=hashlib.sha256(text).hexdigest())


def read_settings(document: Document, references: References) -> Settings:
    """`loads` for a document that is parsed, and has no digest."""
    reading = _Reading(document)
    settings = reading.settings(references, references.folder)
    if settings is None or reading.problems:
        raise ConfigurationError(_in_order(reading.problems))
    told = [*reading.remarks, *warnings(settings, reading.burning, reading.alerting)]
    return replace(settings, warnings=_warned(document, told))


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """What is made of a file stays until it is read: to look through it for garbage meanwhile is a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(slots=True)
class _Reading:
    """Validates piece by piece, so that a mistake in one check hides none in another."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    burning: BurnNotes = field(default_factory=BurnNotes)
    alerting: RuleNotes = field(default_factory=RuleNotes)
    remarks: list[tuple[Path, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.problems += self.document.problems

    def blame(self, path: Path, message: str) -> None:
        self.problems.append(self.document.problem(path, message))

    def settings(self, references: References, folder: FilePath) -> Settings | None:
        root = self.document.value
        if not isinstance(root, dict):
            self.blame((), "the file must be a mapping that begins with version: 1")
            return None
        root = {key: value for key, value in root.items() if not key.startswith("x-")}
        for path in _empty_values(root, ()):
            self.blame(path, "has no value; give it one, or remove the key")
        outline = self._outline(_without_checks(root))
        if outline is None:
            return None
        filling = Filling(references, self.blame)
        whole = SettingsBuilder(filling, folder)
        vetting = whole.vetting(outline.addresses)
        objectives, names = ObjectiveBuilder(self.blame), _names(root)
        dependencies = Dependencies(names, self.blame)
        builder = CheckBuilder(
            references, folder, self.blame, outline.defaults, vetting, objectives, self.burning, dependencies
        )
        builder.examine(outline.defaults, ("defaults",))
        apis, checks = list[Api](), list[Check]()
        for key, raw in _mapping(root.get("apis")).items():
            raw_checks = _mapping(_mapping(raw).get("checks"))
            if group := outline.apis.get(key):
                apis.append(builder.api(key, group, size=len(raw_checks)))
                builder.examine(group, ("apis", key))
            for name, fields in self._checks(key, raw_checks):
                if group and fields:
                    checks.append(builder.check(key, name, fields, group))
                else:
                    path = ("apis", key, "checks", name)
                    filling.look_over(self._raw(path), path)
        dependencies.refuse_rings(checks)
        telling = TellingBuilder(filling, folder, names, self.remark).telling(outline, whole.timezone(outline.timezone))
        self.alerting = telling.notes
        settings = whole.settings(self.document.file, outline, vetting, apis, checks, names)
        return replace(
            settings,
            channels=telling.channels,
            rules=with_lone_objectives(telling.rules, apis, checks),
            heartbeat=telling.heartbeat,
        )

    def remark(self, path: Path, text: str) -> None:
        """What is worth a warning."""
        self.remarks.append((path, text))

    def _outline(self, raw: Mapped) -> FileFields | None:
        """All but the checks. What is wrong is taken out, so that the rest can be looked at as well."""
        for _ in range(_MOST_ROUNDS):
            try:
                return FileFields.model_validate(raw)
            except ValidationError as error:
                raw = self._blamed_and_pruned(error, raw)
        return None

    def _blamed_and_pruned(self, error: ValidationError, raw: Mapped) -> Mapped:
        pruned = copy.deepcopy(raw)
        for path, message, is_unknown_key in explain(error, FileFields):
            self.blame(path, message)
            is_inner = path[0] == "apis" and len(path) > 1
            _remove(pruned, path if is_unknown_key else path[:2] if is_inner else path[:1])
        pruned.setdefault("version", 1)
        if not pruned.get("apis"):
            pruned["apis"] = {"api": {"checks": _STAND_IN}}
        return pruned

    def _checks(self, api: str, raw: Mapped) -> Iterator[tuple[str, CheckFields | None]]:
        for key, value in raw.items():
            path: Path = ("apis", api, "checks", key)
            try:
                check_slug(key)
            except PydanticCustomError as error:
                self.blame(path, str(error))
            yield key, self._check(value, path)

    def _check(self, raw: Value, path: Path) -> CheckFields | None:
        try:
            return CheckFields.model_validate(raw)
        except ValidationError as error:
            mistakes = explain(error, CheckFields)
        for mistake in mistakes:
            self.blame((*path, *mistake.path), mistake.message)
        unknown = [mistake.path for mistake in mistakes if mistake.is_unknown_key]
        if not isinstance(raw, dict) or len(unknown) < len(mistakes):
            return None
        known = copy.deepcopy(raw)
        for where in unknown:
            _remove(known, where)
        try:
            return CheckFields.model_validate(known)
        except ValidationError:  # without the unknown key something is missing, and the key was the reason
            return None

    def _raw(self, path: Path) -> Value:
        value: Value = self.document.value
        for part in path:
            value = _mapping(value).get(str(part))
        return value


def _warned(document: Document, found: Sequence[tuple[Path, str]]) -> tuple[str, ...]:
    """As lines in the order of the text, as many as somebody may read."""
    placed = sorted(document.problem(path, f"warning: {text}") for path, text in found[:_MOST_WARNINGS])
    left = len(found) - len(placed)
    more = (f"{document.file}: warning: and {left} more like these",) if left else ()
    return (*map(str, placed), *more)


def _names(root: Mapped) -> Names:
    """Of all APIs and checks, also of those that couldn't be built."""
    apis = _mapping(root.get("apis"))
    checks = (f"{key}/{name}" for key, api in apis.items() for name in _mapping(_mapping(api).get("checks")))
    channels, contacts = _mapping(root.get("channels")), _mapping(root.get("contacts"))
    return Names(tuple(apis), frozenset(checks), tuple(channels), tuple(contacts))


def _mapping(value: Value) -> Mapped:
    return value if isinstance(value, dict) else {}


def _without_checks(root: Mapped) -> Mapped:
    """The outline: each API with one stand-in for its checks, which are looked at one by one."""
    apis = root.get("apis")
    if not isinstance(apis, dict):
        return root
    return {**root, "apis": {key: _stood_in(api) for key, api in apis.items()}}


def _stood_in(api: Value) -> Value:
    if isinstance(api, dict) and isinstance(api.get("checks"), dict) and api["checks"]:
        return {**api, "checks": _STAND_IN}
    return api


def _remove(value: Mapped, path: Path) -> None:
    for part in path[:-1]:
        value = _mapping(value.get(str(part)))
    value.pop(str(path[-1]), None)


def _empty_values(value: Value, path: Path) -> Iterator[Path]:
    """Where a key or an item stands with nothing behind it."""
    if isinstance(value, dict):
        children: Iterable[tuple[str | int, Value]] = ((key, item) for key, item in value.items() if key not in _FREE)
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        return
    for part, item in children:
        if item is None:
            yield (*path, part)
        else:
            yield from _empty_values(item, (*path, part))


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By place; of several with one path only the first, which is the cause."""
    first: dict[str, Problem] = {}
    for problem in problems:
        first.setdefault(problem.path or problem.message, problem)
    return tuple(sorted(first.values(), key=lambda problem: (problem.line, problem.column, problem.path)))
