"""Prometheus's text format, version 0.0.4: a family's head, then a line for each value."""

from __future__ import annotations

from typing import Final

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


def head(name: str, kind: str, told: str) -> str:
    """What stands before a family's values."""
    return f"# HELP {name} {told}\n# TYPE {name} {kind}\n"


def pair(label: str, value: str) -> str:
    """One label with its value."""
    return f'{label}="{value.translate(_ESCAPES)}"'


def line(name: str, labels: str, value: float) -> str:
    """One value; `labels` is its pairs, joined by commas."""
    return f"{name}{{{labels}}} {float(value)!r}\n" if labels else f"{name} {float(value)!r}\n"


def single(name: str, kind: str, told: str, value: float) -> str:
    """A family with one value."""
    return head(name, kind, told) + line(name, "", value)
