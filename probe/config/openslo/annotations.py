"""What of ours has no place in OpenSLO stands in annotations, which it keeps for that."""

from __future__ import annotations

from typing import Final

from probe.config.openslo.entry import Entry

NONE: Final = "none"

UNIT: Final = "probe/unit"
"""Of a latency objective's `value`: s, ms or us."""

NAME: Final = "probe/objective"
"""The objective's name; else it is made from that of the SLO."""

METHOD: Final = "probe/method"
"""`state-time`, which OpenSLO doesn't have."""

OWN: Final = "probe/own"
"""Which of method, slice and slice_target the objective says itself, or `none`; the others are those of the file's `sla`."""

MIN_BAD_SAMPLES: Final = "probe/min-bad-samples"
BURN: Final = "probe/burn"
"""`none`: no windows tell that the budget burns too fast, not even the usual ones."""

WITHOUT: Final = "probe/without"
"""Of a Service: those of its checks that have no objective."""


def annotation(entry: Entry, key: str) -> str | None:
    """An object's annotation."""
    metadata = entry.entry("metadata")
    annotations = metadata.entry("annotations") if metadata and "annotations" in metadata else None
    return annotations.text(key) if annotations else None


def words(entry: Entry, key: str) -> tuple[str, ...] | None:
    """The words of an annotation, parted by spaces; `none` is none of them."""
    text = annotation(entry, key)
    return None if text is None else tuple(word for word in text.split() if word != NONE)
