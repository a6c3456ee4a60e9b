"""Incidents: from the first result that was down to the first that was up again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from probe.model.sample import FailureKind
from probe.model.units import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A check was down, confirmed, in `[start, end)`.

    Attributes:
        start: the first slot of the results that confirmed it.
        detected: the slot of the result that confirmed it.
        end: the first slot of the results that confirmed the recovery; `None` while there were none.
        failures: why slots were down, the kind of the first one first, with how many slots each.
        slots: how many slots were down.
    """

    start: Micros
    detected: Micros
    end: Micros | None
    failures: tuple[tuple[FailureKind | None, int], ...]
    slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One outage, or several that followed so closely on one another that they are one: the check flapped."""

    outages: tuple[Outage, ...]

    @property
    def start(self) -> Micros:
        """The first slot that was down."""
        return self.outages[0].start

    @property
    def detected(self) -> Micros:
        """The slot by which it was sure."""
        return self.outages[0].detected

    @property
    def end(self) -> Micros | None:
        """The first slot that was up again; `None` while it goes on."""
        return self.outages[-1].end

    @property
    def cause(self) -> FailureKind | None:
        """Why its first slot was down."""
        return self.outages[0].failures[0][0]

    @property
    def is_flapping(self) -> bool:
        """Whether it is several outages."""
        return len(self.outages) > 1


class AnnotationKind(StrEnum):
    """What somebody said of an incident."""

    ACKNOWLEDGEMENT = "acknowledgement"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What somebody said of a check's incident.

    Attributes:
        moment: any in the incident; so it stays with it when late results move its borders.
        made_at: when it was said.
        author: who said it, as they call themselves.
    """

    check: str
    location: str
    moment: Micros
    kind: AnnotationKind
    made_at: Micros
    author: str
    text: str
