"""Channels: what each is, with its options read as their kinds want them, and who stands in for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final, cast
from urllib.parse import urlsplit

from pydantic import ValidationError

from probe.channels.registry import KINDS
from probe.config.channel_fields import ChannelFields, attribute, fields_of
from probe.config.document import Path
from probe.config.fields import found
from probe.config.filling import Blame, Filling
from probe.config.messages import did_you_mean, explain
from probe.config.references import has_reference
from probe.config.urls import hidden, masked
from probe.model.channel import ChannelSettings, Option, OptionKind, OptionValue
from probe.model.rule import DEFAULT_EXPIRES_AFTER
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, MINUTE, Micros, format_duration

DEFAULT_FALLBACK_AFTER: Final = 5 * MINUTE
LONGEST_FALLBACK: Final = DAY
SHORTEST_EXPIRY: Final = MINUTE
LONGEST_EXPIRY: Final = 30 * DAY
LARGEST_FILE: Final = 256 * 1024
_NOT_IN_A_URL: Final = re.compile(r"[\s\x00-\x1f\x7f]")
_PASSWORD: Final = re.compile(r"\w[\w+.-]*://[^/?#@]*?:(?P<password>(?:\$\{[^}]*\}|[^@/?#])*)@", re.ASCII)


@dataclass(frozen=True, slots=True)
class ChannelBuilder:
    """Builds the channels of a file; what is wrong with one hides nothing that is wrong with another."""

    filling: Filling
    folder: FilePath
    warn: Blame
    expires_after: Micros = DEFAULT_EXPIRES_AFTER

    @property
    def blame(self) -> Blame:
        """Takes what is wrong."""
        return self.filling.blame

    def channels(self, said: Mapping[str, object]) -> tuple[ChannelSettings, ...]:
        """All that could be built, in the order of the file."""
        built = tuple(filter(None, (self._channel(name, value) for name, value in said.items())))
        self._refuse_bad_fallbacks(built, said)
        return built

    def _channel(self, name: str, said: object) -> ChannelSettings | None:
        path: Path = ("channels", name)
        fields = self._fields(said, path)
        if fields is None:
            self.filling.look_over(said, path)
            return None
        self._refuse_times(fields, path)
        options = tuple(self._options(fields, path))
        settings = ChannelSettings(
            name=name,
            type=fields.type,
            options=options,
            fallback=fields.fallback,
            fallback_after=DEFAULT_FALLBACK_AFTER if fields.fallback_after is None else fields.fallback_after,
            expires_after=self.expires_after if fields.expires_after is None else fields.expires_after,
        )
        for remark in KINDS[fields.type].examine(settings) if self.filling.references.are_needed else ():
            (self.blame if remark.is_mistake else self.warn)((*path, remark.option), remark.text)
        return settings

    def _fields(self, said: object, path: Path) -> ChannelFields | None:
        if not isinstance(said, dict):
            self.blame(path, f"write a mapping with its type, which is one of {', '.join(KINDS)}; found {found(said)}")
            return None
        kind = said.get("type")
        if not isinstance(kind, str) or kind not in KINDS:
            where = (*path, "type") if "type" in said else path
            meant = did_you_mean(kind, KINDS) if isinstance(kind, str) else ""
            shown = f"{found(kind)} is no kind of channel" if "type" in said else "type is required"
            self.blame(where, f"{shown}{meant or '; known are ' + ', '.join(KINDS)}")
            return None
        model = fields_of(kind)
        try:
            return model.model_validate(said)
        except ValidationError as error:
            for mistake in explain(error, model):
                self.blame((*path, *mistake.path), mistake.message)
            return None

    def _refuse_times(self, fields: ChannelFields, path: Path) -> None:
        if fields.fallback_after is not None:
            if fields.fallback is None:
                self.blame(
                    (*path, "fallback_after"), "says nothing without fallback; name the channel that is used then"
                )
            elif fields.fallback_after > LONGEST_FALLBACK:
                self.blame((*path, "fallback_after"), f"must be at most {format_duration(LONGEST_FALLBACK)}")
        if fields.expires_after is not None and (reason := why_no_expiry(fields.expires_after)):
            self.blame((*path, "expires_after"), reason)

    def _options(self, fields: ChannelFields, path: Path) -> Iterator[tuple[str, OptionValue]]:
        for option in KINDS[fields.type].options:
            said = getattr(fields, attribute(option))
            value = option.default if said is None else self._value(option, said, (*path, option.name))
            if value is not None:
                yield option.name, value

    def _value(self, option: Option, said: object, path: Path) -> OptionValue | None:
        match option.kind:
            case OptionKind.SECRET:
                return self.filling.secret(cast("str", said), path)
            case OptionKind.URL:
                return self._url(cast("str", said), path)
            case OptionKind.HEADERS:
                headers = cast("dict[str, str]", said)
                return tuple((name, self.filling.text(text, (*path, name))) for name, text in headers.items())
            case OptionKind.FILE:
                return self._text_of(self._file(cast("str", said), path), path)
            case OptionKind.PATH:
                return str(self._file(cast("str", said), path))
        return cast("OptionValue", said)

    def _url(self, written: str, path: Path) -> Sensitive:
        """A URL of any scheme: which it may be, its kind knows."""
        if (password := _PASSWORD.match(written)) and password["password"]:
            self.filling.secret(password["password"], path)
        url = self.filling.text(written, path)
        try:
            parts = urlsplit(url.reveal())
            is_whole = bool(parts.scheme and parts.hostname) and parts.port != 0
        except ValueError:
            is_whole = False
        if has_reference(written) and not url.is_secret:
            return url  # which leads nowhere, and is blamed for it
        if not is_whole or _NOT_IN_A_URL.search(url.reveal()):
            self.blame(path, "is not a complete URL; it must look like scheme://host/path, without spaces")
            return url
        return Sensitive(url.reveal(), masked(url.shown) if has_reference(written) else hidden(written))

    def _file(self, written: str, path: Path) -> FilePath:
        named = self.filling.text(written, path).reveal()
        if "\0" in named:
            self.blame(path, "is no file name: it has a NUL character")
            return self.folder
        return self.folder / named

    def _text_of(self, file: FilePath, path: Path) -> str:
        try:
            if not file.is_file():
                raise FileNotFoundError(2, "there is no such file")
            with file.open("rb") as opened:
                content = opened.read(LARGEST_FILE + 1)
            if len(content) > LARGEST_FILE:
                self.blame(path, f"is larger than {LARGEST_FILE // 1024} KiB")
            return content.decode()
        except OSError as error:
            self.blame(path, f"can't be read: {error.strerror or error}")
        except UnicodeDecodeError:
            self.blame(path, "is not UTF-8 text")
        return ""

    def _refuse_bad_fallbacks(self, channels: Sequence[ChannelSettings], named: Mapping[str, object]) -> None:
        """One that isn't there, and rings: the first channel of each is told."""
        by_name = {channel.name: channel.fallback for channel in channels}
        in_rings: set[str] = set()
        for name, fallback in by_name.items():
            path = ("channels", name, "fallback")
            if fallback is not None and fallback not in named:
                self.blame(path, f'there is no channel "{fallback}" in this file{did_you_mean(fallback, named)}')
            ring = _ring(name, by_name)
            if ring and not in_rings & set(ring):
                said = (
                    "a channel can't stand in for itself"
                    if len(ring) == 1
                    else f"goes round: {' → '.join((*ring, name))}"
                )
                self.blame(path, f"{said}; name another, or none")
                in_rings.update(ring)


def why_no_expiry(length: Micros) -> str | None:
    """Why a message can't be tried for so long; `None` where it can."""
    if SHORTEST_EXPIRY <= length <= LONGEST_EXPIRY:
        return None
    allowed = f"{format_duration(SHORTEST_EXPIRY)} and {format_duration(LONGEST_EXPIRY)}"
    return f"must be between {allowed}; it is {format_duration(length)}"


def _ring(start: str, fallbacks: Mapping[str, str | None]) -> list[str]:
    """The channels from one back to itself; none where they don't lead there."""
    ring, name = [start], fallbacks.get(start)
    while name is not None and name not in ring:
        ring.append(name)
        name = fallbacks.get(name)
    return ring if name == start else []
