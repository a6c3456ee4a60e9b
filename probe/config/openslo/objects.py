"""The objects of OpenSLO's YAML: each by its kind and its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from probe.config.document import Document, Path, Value
from probe.config.messages import did_you_mean
from probe.config.openslo.entry import Entry, Findings

API_VERSION: Final = "openslo/v1"


class Kind(StrEnum):
    """Of an object."""

    SLO = "SLO"
    SLI = "SLI"
    SERVICE = "Service"
    ALERT_POLICY = "AlertPolicy"
    ALERT_CONDITION = "AlertCondition"
    ALERT_NOTIFICATION_TARGET = "AlertNotificationTarget"
    DATA_SOURCE = "DataSource"


@dataclass(frozen=True, slots=True)
class Objects:
    """What stands in the files; `used` are those that an SLO has led to."""

    by_name: dict[tuple[Kind, str], Entry] = field(default_factory=dict)
    used: set[tuple[Kind, str]] = field(default_factory=set)

    def of(self, kind: Kind) -> Iterator[tuple[str, Entry]]:
        """All of a kind, by name."""
        return ((name, entry) for (each, name), entry in self.by_name.items() if each is kind)

    def find(self, kind: Kind, name: str) -> Entry | None:
        """The one of that name, which counts as used from now on."""
        self.used.add((kind, name))
        return self.by_name.get((kind, name))


def read_objects(documents: Iterable[Document], findings: Findings) -> Objects:
    """Every object of the documents, each of which is an object or a list of them."""
    objects = Objects()
    for document in documents:
        findings.mistakes += document.problems
        for path, value in _items(document):
            if isinstance(value, dict):
                _add(objects, Entry(document, path, value, findings))
            else:
                findings.mistakes.append(
                    document.problem(path, f"must be an object of OpenSLO: apiVersion: {API_VERSION} …")
                )
    return objects


def _items(document: Document) -> Iterator[tuple[Path, Value]]:
    if isinstance(document.value, list):
        yield from (((index,), item) for index, item in enumerate(document.value))
    else:
        yield (), document.value


def _add(objects: Objects, entry: Entry) -> None:
    version = entry.text("apiVersion", required=True)
    if version not in (None, API_VERSION):
        entry.blame(f'only {API_VERSION} is read; found "{version[:60]}"', "apiVersion")
        return
    kind = _kind(entry)
    metadata = entry.entry("metadata", required=True)
    name = metadata.text("name", required=True) if metadata else None
    if kind is None or metadata is None or name is None:
        return
    if (kind, name) in objects.by_name:
        metadata.blame(f'a second {kind} has the name "{name[:60]}"', "name")
    objects.by_name.setdefault((kind, name), entry)


def _kind(entry: Entry) -> Kind | None:
    text = entry.text("kind", required=True)
    if text is None:
        return None
    if text not in list(Kind):
        entry.blame(
            f'"{text[:60]}" is no kind of OpenSLO{did_you_mean(text, Kind) or "; there are " + ", ".join(Kind)}', "kind"
        )
        return None
    return Kind(text)
