"""A user's own templates, read from their folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from probe.channels.email.rendering import NAMES, TemplateUnusable

_LARGEST: Final = 256 * 1024
"""Bytes."""


def own_templates(folder: str | None) -> Mapping[str, str]:
    """Those that are there, by their names; none without a folder.

    Raises:
        TemplateUnusable: there is no such folder, none of them is in it, or one can't be read.
    """
    if folder is None:
        return {}
    place = Path(folder)
    if not place.is_dir():
        raise TemplateUnusable("there is no such folder")
    found = {name: _text(place / name) for name in NAMES if (place / name).is_file()}
    if not found:
        raise TemplateUnusable(f"has none of {', '.join(NAMES)}")
    return found


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise TemplateUnusable(f"{file.name}: is larger than {_LARGEST // 1024} KiB")
        return content.decode()
    except OSError as error:
        raise TemplateUnusable(f"{file.name}: can't be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise TemplateUnusable(f"{file.name}: is not UTF-8 text") from None
