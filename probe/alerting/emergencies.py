"""What is told while nothing can be written down: the store is away, and with it every alert."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe.model.channel import ChannelSettings
from probe.model.leaves import leaves
from probe.model.notification import Delivery, DeliveryState, Entry, Message, Occasion
from probe.model.rule import AlertRule, ProberCondition, Subject, SubjectKind
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE, SECOND, Micros, format_duration

PATIENCE: Final[Micros] = MINUTE
"""How long the store may be away before somebody is told."""


class Emergency(NamedTuple):
    """The store is away.

    Attributes:
        zone: IANA name, in which people read times.
        site, link: what the report is called, and where it is.
    """

    location: str
    since: Micros
    why: str
    zone: str
    site: str
    link: str

    def firing(self, channel: ChannelSettings, *, now: Micros) -> Delivery:
        """What a channel is told."""
        reading = f"the store takes no results since {self._spoken(self.since)}: {self.why}"
        resolution = ""
        return self._delivery(channel, Occasion.FIRING, reading, resolution, now=now)

    def resolved(self, channel: ChannelSettings, *, now: Micros) -> Delivery:
        """What it is told once the store is back."""
        away = format_duration(max(0, now - self.since) // SECOND * SECOND)
        reading = f"the store took no results from {self._spoken(self.since)} to {self._spoken(now)}"
        resolution = f"it takes results again, after {away}; what began meanwhile is told now"
        return self._delivery(channel, Occasion.RESOLVED, reading, resolution, now=now)

    def _delivery(
        self, channel: ChannelSettings, occasion: Occasion, reading: str, resolution: str, *, now: Micros
    ) -> Delivery:
        is_firing = occasion is Occasion.FIRING
        entry = self._entry(reading, resolution, resolved_at=None if is_firing else now, now=now)
        message = Message(
            id=f"msg_{self._digest(channel.name, occasion)[:32]}",
            channel=channel.name,
            thread=f"t{self._digest(channel.name)[:10]}",
            number=1 if is_firing else 2,
            occasion=occasion,
            level=AlertLevel.CRITICAL,
            title=f"The prober at {self.location} can't store results",
            status="CRITICAL" if is_firing else "RESOLVED",
            group=(),
            at=now,
            zone=self.zone,
            entries=(entry,),
            link=self.link,
            site=self.site,
        )
        expires_at = now + channel.expires_after
        return Delivery(message=message, state=DeliveryState.WAITING, due_at=now, expires_at=expires_at, alerts=())

    def _entry(self, reading: str, resolution: str, *, resolved_at: Micros | None, now: Micros) -> Entry:
        return Entry(
            alert=f"a{self._digest()[:10]}",
            rule="store",
            subject=(subject := Subject(SubjectKind.PROBER, self.location)),
            name=str(subject),
            level=AlertLevel.CRITICAL,
            is_firing=resolved_at is None,
            is_new=resolved_at is None,
            since=self.since,
            fired_at=self.since + PATIENCE,
            resolved_at=resolved_at,
            lasted=now - self.since,
            reading=reading,
            resolution=resolution,
            note="Measuring goes on, and results wait; alerts about targets come when the store is back.",
        )

    def _digest(self, *parts: str) -> str:
        return sha256("\n".join((self.location, str(self.since), *parts)).encode()).hexdigest()

    def _spoken(self, moment: Micros) -> str:
        local = datetime.fromtimestamp(moment // SECOND, ZoneInfo(self.zone))
        return f"{local:%Y-%m-%d %H:%M:%S %Z}"


def told_of_emergencies(rules: Iterable[AlertRule], channels: Iterable[ChannelSettings]) -> tuple[ChannelSettings, ...]:
    """Those whom rules tell of trouble with the prober; where none does, those that are told the most urgent things.

    Whoever waits for alerts must know that none can come.
    """
    levels = [level for rule in rules for level in rule.levels]
    of_the_prober = [
        level for level in levels if any(isinstance(it, ProberCondition) for it in leaves(level.condition))
    ]
    names = {name for level in of_the_prober for name in level.notify}
    names = names or {name for level in levels if level.level is AlertLevel.CRITICAL for name in level.notify}
    return tuple(channel for channel in channels if channel.name in names)
