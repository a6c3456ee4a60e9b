"""Outages to incidents: those that follow closely on one another are one, for the check flapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from probe.model.incident import Incident, Outage
from probe.model.units import Micros

FLAPPING: Final = 3
"""So many outages that follow closely on one another are one incident; fewer are as many incidents as they are."""


def incidents(outages: Iterable[Outage], *, max_gap: Micros) -> tuple[Incident, ...]:
    """All incidents, ascending.

    Args:
        outages: ascending, of one check.
        max_gap: an outage that begins so long after another ended, or sooner, follows closely on it; microseconds.
    """
    return tuple(incident for chain in _chains(outages, max_gap) for incident in _of_chain(chain))


def _chains(outages: Iterable[Outage], max_gap: Micros) -> Iterator[list[Outage]]:
    chain = list[Outage]()
    for outage in outages:
        if chain and not _follows(chain[-1], outage, max_gap):
            yield chain
            chain = []
        chain.append(outage)
    if chain:
        yield chain


def _follows(former: Outage, outage: Outage, max_gap: Micros) -> bool:
    return former.end is not None and outage.start - former.end <= max_gap


def _of_chain(chain: Sequence[Outage]) -> Iterator[Incident]:
    if len(chain) >= FLAPPING:
        yield Incident(outages=tuple(chain))
    else:
        yield from (Incident(outages=(outage,)) for outage in chain)
