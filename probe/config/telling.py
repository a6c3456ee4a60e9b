"""Who is told of what: channels, contacts, rules and the heartbeat of a file, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final, NamedTuple

from probe.config.alert_fields import HeartbeatFields
from probe.config.alert_warnings import RuleNotes
from probe.config.channels import ChannelBuilder
from probe.config.contacts import read_contacts
from probe.config.default_rules import default_rules
from probe.config.filling import Blame, Filling
from probe.config.references import has_reference
from probe.config.rules import RuleBuilder
from probe.config.schema import FileFields
from probe.config.scopes import Names
from probe.config.urls import hidden, masked, why_not_an_address
from probe.model.channel import ChannelSettings
from probe.model.rule import DEFAULT_EXPIRES_AFTER, AlertRule
from probe.model.sensitive import Sensitive
from probe.model.settings import Heartbeat
from probe.model.units import HOUR, SECOND, format_duration

SHORTEST_BEAT: Final = 15 * SECOND
"""healthchecks takes at most five pings a minute."""


class Telling(NamedTuple):
    """What of the settings is about telling people, and what is remembered for warnings."""

    channels: tuple[ChannelSettings, ...]
    rules: tuple[AlertRule, ...]
    heartbeat: Heartbeat | None
    notes: RuleNotes


@dataclass(frozen=True, slots=True)
class TellingBuilder:
    """Builds it; what is wrong is blamed, and the rest is still looked at."""

    filling: Filling
    folder: FilePath
    names: Names
    warn: Blame

    def telling(self, fields: FileFields, timezone: str) -> Telling:
        """The meaning of all these sections."""
        expires_after = fields.notifications.expires_after
        builder = ChannelBuilder(
            self.filling, self.folder, self.warn, DEFAULT_EXPIRES_AFTER if expires_after is None else expires_after
        )
        channels = builder.channels(fields.channels)
        rules = RuleBuilder(
            self.names,
            _everybody(channels),
            read_contacts(fields.contacts, self.names, self.filling.blame),
            fields.notifications,
            timezone,
            self.filling.blame,
        )
        said = rules.rules(fields.alerts)
        is_silent = "alerts" not in fields.model_fields_set and bool(channels)
        return Telling(
            channels=channels,
            rules=_usual(rules) if is_silent else said,
            heartbeat=self._heartbeat(fields.heartbeat),
            notes=RuleNotes(rules.placed, rules.named, tuple(fields.contacts)),
        )

    def _heartbeat(self, said: HeartbeatFields | str | None) -> Heartbeat | None:
        if said is None:
            return None
        path = ("heartbeat",) if isinstance(said, str) else ("heartbeat", "url")
        fields = HeartbeatFields(url=said) if isinstance(said, str) else said
        url = self.filling.text(fields.url, path)
        shown = masked(url.shown)
        if has_reference(fields.url) and not url.is_secret:
            pass  # it leads nowhere: whoever needs it was told so
        elif reason := why_not_an_address(url.reveal()):
            self.filling.blame(path, reason)
        elif not has_reference(fields.url):
            shown = hidden(fields.url)
        if not SHORTEST_BEAT <= fields.every <= HOUR:
            allowed = f"{format_duration(SHORTEST_BEAT)} and {format_duration(HOUR)}"
            self.filling.blame(
                ("heartbeat", "every"), f"must be between {allowed}; it is {format_duration(fields.every)}"
            )
        return Heartbeat(url=Sensitive(url.reveal(), shown), every=fields.every)


def _everybody(channels: Sequence[ChannelSettings]) -> tuple[str, ...]:
    """The channels that are nobody's fallback."""
    stand_ins = {channel.fallback for channel in channels}
    return tuple(channel.name for channel in channels if channel.name not in stand_ins)


def _usual(rules: RuleBuilder) -> tuple[AlertRule, ...]:
    return default_rules(rules.everybody, remind=rules.remind, grouping=rules.grouping)
