"""`probe silence add`: a silence, declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import typer

from probe.alerting.estate import Estate
from probe.cli.maintenance.asked import AskedScope, moment, this_second
from probe.cli.options import duration
from probe.cli.people import author, name
from probe.cli.silence.words import about_words, silences
from probe.config.load import load
from probe.model.alert import Silence
from probe.model.errors import ConfigurationError
from probe.model.maintenance import Scope
from probe.model.rule import AlertRule, SubjectKind
from probe.model.settings import Settings
from probe.model.units import DAY, Micros, to_iso
from probe.store import open_store

LONGEST: Final = 366 * DAY
_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSilence:
    """The options as they were given; `None` is one that wasn't."""

    scope: AskedScope
    rules: Sequence[str]
    start: str | None
    until: str | None
    length: str | None
    comment: str | None
    author: str | None

    def read(self, settings: Settings, stored: Sequence[str], *, now: Micros) -> Silence:
        """The silence, which some check of some rule of the file is in.

        Raises:
            ConfigurationError: an option can't be read, they contradict each other, or it would silence nothing.
        """
        if self.comment is None:
            raise ConfigurationError("say why with --comment: who asks why nothing was told is told this")
        start, until = self._span(now, ZoneInfo(settings.timezone))
        scope = self.scope.read(settings, stored)
        _refuse_unknown(self.rules, settings.rules)
        _refuse_nothing(scope, self.rules, settings)
        return Silence(
            scope=scope,
            rules=tuple(dict.fromkeys(self.rules)),
            comment=name("--comment", self.comment),
            author=author(self.author),
            start=start,
            until=until,
            made_at=now,
        )

    def _span(self, now: Micros, zone: ZoneInfo) -> tuple[Micros, Micros]:
        if (self.until is None) is (self.length is None):
            raise ConfigurationError("say for how long: either --for, such as --for 2h, or --until")
        start = now if self.start is None else moment("--from", self.start, zone)
        until = start + duration("--for", self.length) if self.length else moment("--until", self.until or "", zone)
        if until <= max(start, now):
            raise ConfigurationError("it would be over before it begins: --until is the first moment after it")
        if until - start > LONGEST:
            raise ConfigurationError(
                "a silence lasts 366d at most; take a rule out of the file to be told nothing at all"
            )
        return start, until


def add_command(config: Path, asked: AskedSilence) -> None:
    """Declare it, and say what that means."""
    now = this_second()
    settings = load(config, needs_secrets=False)
    with open_store(settings.store, create=False) as store:
        declared = store.silences.declare(asked.read(settings, store.checks(), now=now))
        going_on = store.alerts.alerts(open_only=True)
    typer.echo(f"{declared.id}: {about_words(declared)}; {to_iso(declared.start)} to {to_iso(declared.until)}")
    if declared.start > now:
        return
    estate = Estate.of((check.facts for check in settings.checks), settings.apis, location=settings.location)
    if held := [alert for alert in going_on if silences(declared, alert, estate)]:
        named = [f"{alert.rule} of {alert.subject}" for alert in held[:_MOST_NAMED]]
        more = f" and {len(held) - _MOST_NAMED} more" if len(held) > _MOST_NAMED else ""
        typer.echo(f"it silences what goes on: {', '.join(named)}{more}")
    else:
        typer.echo("no alert goes on that it silences")


def _refuse_unknown(rules: Sequence[str], known: Sequence[AlertRule]) -> None:
    names = [rule.name for rule in known]
    for rule in rules:
        if rule not in names:
            near = get_close_matches(rule[:200], names, n=1)
            hint = f'; did you mean "{near[0]}"?' if near else "; see `probe alerts list`"
            raise ConfigurationError(f'the file has no rule "{rule[:200]}"{hint}')


def _refuse_nothing(scope: Scope, rules: Sequence[str], settings: Settings) -> None:
    """A silence of rules that are about none of its checks."""
    meant = [rule for rule in settings.rules if rule.name in rules]
    if not meant or any(_meet(scope, rule, settings) for rule in meant):
        return
    if all(rule.per is SubjectKind.PROBER for rule in meant):
        raise ConfigurationError(f"--rule {rules[0]} is about probe itself, and no check: give --all")
    raise ConfigurationError("it would silence nothing: the rules of --rule are about none of these checks")


def _meet(scope: Scope, rule: AlertRule, settings: Settings) -> bool:
    if rule.per is SubjectKind.PROBER:
        return scope == Scope()
    return any(
        scope.holds(check.id, check.labels) and rule.scope.holds(check.id, check.labels) for check in settings.checks
    )
