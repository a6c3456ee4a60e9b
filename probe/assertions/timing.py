"""`latency` and `phase.NAME`: how long the attempt took, and where the time went."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from probe.assertions.quantities import DURATION
from probe.assertions.reading import Reading
from probe.assertions.subject import Operand, Subject
from probe.assertions.unreadable import Unreadable
from probe.model.sample import PHASES
from probe.model.units import Micros

_NAME: Final = re.compile(r"\w*", re.ASCII)


def _canonical(phase: str) -> str:
    name = phase.strip().lower()
    if name in PHASES:
        return name
    near = get_close_matches(name, PHASES, n=1)
    advice = f"did you mean `phase.{near[0]}`?" if near else f"there are {', '.join(PHASES)}"
    raise ValueError(f'"{phase[:40]}" is not a phase; {advice}')


def _end(text: str) -> int:
    found = _NAME.match(text)
    return found.end() if found else 0


def _phase(name: str) -> Callable[[Reading], Micros]:
    def read(reading: Reading) -> Micros:
        took: Micros | None = getattr(reading.sample.phases, name)
        if took is None:
            raise Unreadable(f"no {name} phase took place")
        return took

    return read


LATENCY: Final[Subject[Micros]] = Subject(
    name="latency",
    about="the time from the first step to the last byte",
    example="latency < 500ms",
    kind=DURATION,
    reader=lambda _: lambda reading: reading.sample.latency_us,
)
PHASE: Final[Subject[Micros]] = Subject(
    name="phase",
    about=f"the time of one phase: {', '.join(PHASES)}",
    example="phase.tls < 100ms",
    kind=DURATION,
    operand=Operand(field="name", what="a phase", example="tls", joint=".", end=_end, canonical=_canonical),
    reader=_phase,
)
