"""SVG as text: the one place where a tag is put together, so the one place that escapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from probe.report.words import visible


@dataclass(frozen=True, slots=True)
class Drawing:
    """Finished markup; a template takes it as it stands."""

    markup: str

    def __html__(self) -> str:
        return self.markup


def element(name: str, attributes: dict[str, str | int], content: str = "") -> str:
    """One element; `content` is markup already. Attributes are escaped, and left out when empty."""
    written = "".join([f' {key}="{_escaped(value)}"' for key, value in attributes.items() if value != ""])
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def text(content: str, **attributes: str | int) -> str:
    """A `<text>`; its look is a matter of its class. `class_` stands for `class`, here and below."""
    return element("text", _names(attributes), escape(visible(content)))


def title(content: str) -> str:
    """What a pointer that rests on the parent shows."""
    return f"<title>{escape(visible(content))}</title>"


def path(kind: str, commands: Iterable[str]) -> str:
    """A `<path>` of the class `kind`; nothing at all when there is nothing to draw."""
    drawn = "".join(commands)
    return element("path", {"class": kind, "d": drawn}) if drawn else ""


def rect(**attributes: str | int) -> str:
    """A `<rect>`."""
    return element("rect", _names(attributes))


def _escaped(value: str | int) -> str:
    return escape(visible(value)) if isinstance(value, str) else str(value)


def _names(attributes: dict[str, str | int]) -> dict[str, str | int]:
    return {key.rstrip("_"): value for key, value in attributes.items()}
