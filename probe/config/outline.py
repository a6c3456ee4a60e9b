"""What the file says beside its checks: the store, the calendar, the listener, the report, the addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path as FilePath
from typing import Final
from urllib.parse import urlsplit

from probe.config.addresses import LAST_PORT
from probe.config.connection import Vetting
from probe.config.filling import Filling
from probe.config.maintenance import MaintenanceReader
from probe.config.retention import read_retention
from probe.config.schema import FileFields
from probe.config.scopes import Names
from probe.config.sections import AddressFields, ControlFields
from probe.config.sla import read_sla
from probe.config.spool import read_spool
from probe.config.urls import masked, why_not_a_url
from probe.config.zones import why_no_zone
from probe.model.addresses import denial
from probe.model.check import AddressPolicy, Api, Check
from probe.model.sensitive import MASK, Sensitive
from probe.model.settings import Control, Listen, ReportSettings, Settings
from probe.model.units import DAY, HOUR, SECOND, format_duration

STORE_VARIABLE: Final = "PROBE_STORE"
DENY_PRIVATE_VARIABLE: Final = "PROBE_DENY_PRIVATE"
_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}
_LISTEN: Final = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[A-Za-z0-9._-]*)):(?P<port>\d{1,5})", re.ASCII)
_POSTGRES: Final = re.compile(
    r"postgres(?:ql)?(?:\+psycopg)?://(?:[^@]*@)?(?:\[[^\]]*\]|[^\[/:?]*)(?::(?P<port>[^/?]*))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SettingsBuilder:
    """Builds the settings around the checks; what is wrong is blamed, and the rest is still looked at."""

    filling: Filling
    folder: FilePath

    def settings(
        self,
        source: str,
        fields: FileFields,
        vetting: Vetting,
        apis: Iterable[Api],
        checks: Iterable[Check],
        names: Names,
    ) -> Settings:
        """The whole, from a valid outline and the checks built from it; `names` has those that couldn't be built too."""
        store = self._store(fields.store, vetting)
        timezone = self.timezone(fields.timezone)
        maintenance = MaintenanceReader(names, timezone, self.filling.blame)
        return Settings(
            source=source,
            store=store,
            timezone=timezone,
            location=fields.location,
            listen=self._listen(fields.listen),
            report=self._report(fields),
            apis=tuple(apis),
            checks=tuple(checks),
            control=self._control(fields.control, vetting.policy),
            max_per_host=fields.max_per_host,
            contact=self._contact(fields.contact),
            addresses=vetting.policy,
            retention=read_retention(fields.retention, self.filling.blame),
            spool=read_spool(fields.spool, store, self.folder, self.filling.blame),
            sla=read_sla(fields.sla, self.filling.blame),
            maintenance=maintenance.windows(fields.maintenance),
        )

    def vetting(self, said: AddressFields) -> Vetting:
        """Which addresses are allowed. The operator's word goes before the file's, which then allows nothing either."""
        text = self.filling.references.environment.get(DENY_PRIVATE_VARIABLE, "false")
        if text.lower() not in _TRUTH:
            self.filling.blame(
                (), f'the environment variable {DENY_PRIVATE_VARIABLE} must be true or false; it is "{text[:60]}"'
            )
        by_operator = _TRUTH.get(text.lower(), True)
        policy = AddressPolicy(
            allow=() if by_operator else tuple(said.allow),
            deny=tuple(said.deny),
            deny_private=by_operator or said.deny_private,
        )
        return Vetting(policy, by_operator)

    def _store(self, named: str, vetting: Vetting) -> Sensitive:
        """The store's URL, a relative SQLite file made absolute. `PROBE_STORE` goes before the file."""
        override = self.filling.references.environment.get(STORE_VARIABLE)
        store = (
            Sensitive(override, _without_credentials(override)) if override else self.filling.text(named, ("store",))
        )
        url = store.reveal()
        if "\0" in url:
            self.filling.blame(("store",), "is no file name: it has a NUL character")
        if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
            file = self.folder / url.removeprefix("sqlite:///")
            return Sensitive(f"sqlite:///{file}", f"sqlite:///{file}")
        if not override and re.match(r"\w+://[^/@]*:(?!\$\{)[^/@]+@", named):
            self.filling.blame(
                ("store",), "a password must not stand in the file; write it as ${env:NAME}, or set PROBE_STORE"
            )
        if not (server := _POSTGRES.match(url)):
            self.filling.blame(("store",), "write sqlite:///file.db or postgresql://user@host/database")
        elif server["port"] and not _is_port(server["port"]):
            self.filling.blame(("store",), f"the port must be a number between 1 and {LAST_PORT}")
        elif vetting.by_operator and not override:
            self.filling.blame(
                ("store",), f"{vetting.reason}, and a server of the file may be anywhere; set {STORE_VARIABLE} instead"
            )
        return store

    def timezone(self, name: str) -> str:
        """Whose calendar counts; UTC where there is no such zone."""
        if reason := why_no_zone(name):
            self.filling.blame(("timezone",), reason)
            return "UTC"
        return name

    def _listen(self, text: str | None) -> Listen | None:
        if text is None:
            return None
        found = _LISTEN.fullmatch(text)
        if not found or int(found["port"]) > LAST_PORT:
            self.filling.blame(
                ("listen",),
                f'"{text[:100]}" is not an address; write host:port, such as 127.0.0.1:9115 (ports end at {LAST_PORT})',
            )
            return None
        return Listen(host=found["six"] or found["host"] or "0.0.0.0", port=int(found["port"]))  # noqa: S104  # only when asked for

    def _report(self, fields: FileFields) -> ReportSettings:
        report = fields.report
        if "\0" in report.directory:
            self.filling.blame(("report", "directory"), "is no file name: it has a NUL character")
        if not SECOND <= report.every <= DAY:
            self.filling.blame(("report", "every"), f"must be between 1s and 1d; it is {format_duration(report.every)}")
        if report.url is not None and (reason := why_not_a_url(report.url)):
            self.filling.blame(("report", "url"), reason)
        return ReportSettings(
            directory=str(self.folder / report.directory),
            every=report.every,
            title=report.title,
            url=(report.url or "").rstrip("/"),
        )

    def _control(self, said: ControlFields | None, policy: AddressPolicy) -> Control | None:
        if said is None:
            return None
        targets = [self.filling.text(text, ("control", "targets", index)) for index, text in enumerate(said.targets)]
        for index, target in enumerate(targets):
            if reason := why_not_a_url(target.reveal()) or _why_denied(target.reveal(), policy):
                self.filling.blame(("control", "targets", index), reason)
        if not SECOND <= said.every <= HOUR:
            self.filling.blame(("control", "every"), f"must be between 1s and 1h; it is {format_duration(said.every)}")
        elif not 0 < said.timeout <= said.every:
            self.filling.blame(
                ("control", "timeout" if "timeout" in said.model_fields_set else "every"),
                f"timeout must be more than 0s and fit the interval of {format_duration(said.every)} (every); "
                f"it is {format_duration(said.timeout)}",
            )
        targets = [Sensitive(target.reveal(), masked(target.shown)) for target in targets]
        return Control(targets=tuple(targets), timeout=said.timeout, every=said.every)

    def _contact(self, url: str | None) -> str | None:
        if url is None:
            return None
        if not url.lower().startswith(("http://", "https://")):
            self.filling.blame(("contact",), "must be a URL of http:// or https://, no other")
        elif reason := why_not_a_url(url):
            self.filling.blame(("contact",), reason)
        elif not url.isascii() or re.search(r'[()\\"]', url):
            self.filling.blame(("contact",), "is sent in a header: encode whatever isn't ASCII, and ( ) \\ \"")
        return url


def _why_denied(url: str, policy: AddressPolicy) -> str | None:
    """Why nothing at this address would ever answer, without repeating it: a reference may have brought it in."""
    try:
        reason = denial(str(ip_address(urlsplit(url).hostname or "")), policy)
    except ValueError:  # a name
        return None
    return f"could never answer, for its address is denied: {reason}; name another target" if reason else None


def _is_port(text: str) -> bool:
    return text.isdecimal() and 0 < int(text[:6]) <= LAST_PORT


def _without_credentials(url: str) -> str:
    """A store's URL as it may be shown: everything before the last @ may hold a password, and so may its options."""
    return re.sub(r"(://).*@", rf"\1{MASK}@", url, flags=re.DOTALL).partition("?")[0]
