"""What `probe sla` says beside what is to be expected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose
from typing import Final

from tests.e2e.sla.scenes import Scene, duration
from tests.e2e.sla.stage import MILLISECOND, Json, Stage, iso, moment
from tests.reference.counting import Rules
from tests.reference.document import told

ENTRY: Final = (
    "availability", "coverage", "best", "worst", "downtime_seconds", "unknown_seconds", "maintenance_seconds",
    "incidents", "mttr_seconds", "mtbf_seconds", "mttd_seconds", "apdex", "latency_ms", "slo",
)  # fmt: skip
"""The keys of an entry after its name, in their order."""


ROUNDED: Final = 1e-8
"""Of a mean, shares of time are whole microseconds before anything is made of them; all else must be the same to the last bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A period, and what is asked for on the command line instead of what the file says."""

    start: int
    end: int
    method: str | None = None
    slice: int | None = None
    unknown: str | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """As the command takes them."""
        options = {
            "--from": iso(self.start),
            "--to": iso(self.end),
            "--method": self.method,
            "--slice": None if self.slice is None else duration(self.slice),
            "--unknown": self.unknown,
        }
        return tuple(part for name, value in options.items() if value is not None for part in (name, value))

    def over(self, rules: Rules) -> Rules:
        """The rules that hold then."""
        return Rules(
            method=self.method or rules.method,
            slice=self.slice or rules.slice,
            slice_target=rules.slice_target,
            unknown=self.unknown or rules.unknown,
            maintenance=rules.maintenance,
        )


def differences(stage: Stage, scene: Scene, question: Question) -> list[str]:
    """Everything that the command says otherwise; a line each."""
    rules = question.over(scene.rules)
    answer = stage.json("sla", *question.arguments)
    asked = scene.asked(question.start, question.end, rules)
    head = {name: answer[name] for name in ("from", "to", "timezone", "method")}
    assert head == {
        "from": iso(question.start),
        "to": iso(question.end),
        "timezone": scene.zone,
        "method": rules.method,
    }
    found = []
    for name, entry in entries(answer):
        subject = scene.subject(name)
        expected = told(subject, asked, scene.gap(name))
        nearly = ROUNDED if subject.group.kind == "mean" else 0
        found += [f"{name}: {each}" for each in _compared(entry, expected, nearly)]
    return found


def entries(answer: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """Each check and each API with its figures."""
    for kind, key in (("checks", "check"), ("apis", "api")):
        listed = answer[kind]
        assert isinstance(listed, list)
        for entry in listed:
            assert isinstance(entry, dict)
            name = entry.pop(key)
            assert isinstance(name, str)
            yield name, entry


def _compared(got: dict[str, Json], expected: dict[str, object], nearly: float) -> Iterator[str]:
    for name in ENTRY:
        if name == "slo":
            yield from _objectives(got[name], expected[name], nearly)
        elif not _same(got[name], expected[name], nearly):
            yield f"{name} is {got[name]}, not {expected[name]}"


def _same(got: Json, expected: object, nearly: float) -> bool:
    if nearly and isinstance(got, float) and isinstance(expected, float):
        return isclose(got, expected, rel_tol=nearly)
    return got == expected


def _objectives(got: Json, expected: object, nearly: float) -> Iterator[str]:
    assert isinstance(got, list)
    assert isinstance(expected, list)
    assert len(got) == len(expected)
    for one, other in zip(got, expected, strict=True):
        assert isinstance(one, dict)
        assert list(one) == list(other)
        for name, value in one.items():
            if name == "exhausted_at" and isinstance(value, str):
                value = moment(value)
            if not _same(value, other[name], nearly) and not (nearly and _is_close(value, other[name])):
                yield f"{other['objective']}: {name} is {value}, not {other[name]}"


def _is_close(got: Json, expected: object) -> bool:
    """Moments that follow from such times."""
    return isinstance(got, int) and isinstance(expected, int) and abs(got - expected) < MILLISECOND
