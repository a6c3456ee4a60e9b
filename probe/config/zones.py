"""Time zones by their IANA names."""

from __future__ import annotations

from typing import Annotated, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator

from probe.config.fields import found, wrong
from probe.config.messages import did_you_mean


def why_no_zone(name: str) -> str | None:
    """Why there is no such zone; `None` where there is."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        meant = did_you_mean(name, available_timezones())
        return f'"{name[:60]}" is not a time zone; write an IANA name, such as Europe/Berlin{meant}'
    return None


def _zone(value: object) -> str:
    if not isinstance(value, str):
        raise wrong(f"write an IANA name, such as Europe/Berlin; found {found(value)}")
    if reason := why_no_zone(value):
        raise wrong(reason)
    return value


Zone: TypeAlias = Annotated[str, BeforeValidator(_zone)]
