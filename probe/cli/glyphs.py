"""A state in a terminal: never by colour alone."""

from __future__ import annotations

from typing import Final

from probe.model.result import State

GLYPHS: Final = {State.UP: "●", State.DEGRADED: "▲", State.DOWN: "✖", State.UNKNOWN: "?"}
STYLES: Final = {
    State.UP: "green",
    State.DEGRADED: "yellow",
    State.DOWN: "bold red",
    State.UNKNOWN: "bright_black",
}
