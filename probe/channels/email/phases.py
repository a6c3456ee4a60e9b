"""The bar of phases: each as wide as the share of the time that it took, and wide enough to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from probe.channels.email.view import Segment
from probe.channels.email.wording import line
from probe.model.notification import PhaseTime
from probe.model.sample import PHASES
from probe.model.words import latency_text

_LETTERS: Final = dict(zip(PHASES, "dctswx", strict=True))
_NARROWEST: Final = 2
"""Percent."""

_NAME: Final = 20


def segments(phases: Sequence[PhaseTime]) -> tuple[Segment, ...]:
    """Those of the phases that took time."""
    known = [each for each in phases[: len(PHASES)] if each.took > 0]
    widths = _percents([each.took for each in known])
    return tuple(
        Segment(
            phase=line(each.phase, _NAME),
            letter=_LETTERS.get(each.phase, "·"),
            percent=width,
            took=latency_text(each.took),
            usual="" if each.usual is None else latency_text(each.usual),
        )
        for each, width in zip(known, widths, strict=True)
    )


def _percents(amounts: Sequence[int]) -> list[int]:
    """Whole numbers that make 100; what others need more is taken from the widest."""
    if not amounts:
        return []
    whole = sum(amounts)
    widths = [max(_NARROWEST, amount * 100 // whole) for amount in amounts]
    widths[widths.index(max(widths))] += 100 - sum(widths)
    return widths
