"""A channel's options by their types; loading has seen to it that each is of its kind."""

from __future__ import annotations

from probe.model.channel import ChannelSettings
from probe.model.sensitive import Sensitive
from probe.model.units import Micros


def text(settings: ChannelSettings, name: str) -> str | None:
    """What a text, a choice, a file or a path says; `None` where nothing is given."""
    value = settings.option(name)
    return value if isinstance(value, str) else None


def sensitive(settings: ChannelSettings, name: str) -> Sensitive | None:
    """A secret or a URL; `None` where none is given."""
    value = settings.option(name)
    return value if isinstance(value, Sensitive) else None


def duration(settings: ChannelSettings, name: str) -> Micros:
    """A duration that has a default."""
    value = settings.option(name)
    if not isinstance(value, int):
        raise TypeError(f"{settings.type}.{name} is no duration")
    return value


def headers(settings: ChannelSettings, name: str) -> tuple[tuple[str, Sensitive], ...]:
    """Names with values; none where none are given."""
    value = settings.option(name)
    if not isinstance(value, tuple):
        return ()
    return tuple((item[0], item[1]) for item in value if isinstance(item, tuple))
