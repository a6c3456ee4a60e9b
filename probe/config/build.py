"""From what the file says to what it means: inheritance, defaults, and the rules that span several keys."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from probe.config.document import Path
from probe.config.messages import did_you_mean
from probe.config.references import ReferenceProblem, References, Resolved
from probe.config.request import Level, RequestBuilder
from probe.config.schema import ApiFields, CheckFields, Common, FileFields
from probe.model.check import Api, Check, Confirm, Connection, Request, TlsPolicy
from probe.model.sensitive import MASK, Redactor, Sensitive
from probe.model.settings import Listen, ReportSettings, Settings
from probe.model.units import DAY, MINUTE, SECOND, Micros, format_duration

Blame: TypeAlias = Callable[[Path, str], None]
_T = TypeVar("_T")

STORE_VARIABLE: Final = "PROBE_STORE"
DEFAULT_INTERVAL: Final = MINUTE
DEFAULT_TIMEOUT: Final = 10 * SECOND
DEFAULT_RETRIES: Final = 2
DEFAULT_AFTER: Final = 3 * SECOND
DEFAULT_MAX_BODY: Final = 8 * 2**20
LAST_PORT: Final = 65535
LARGEST_BODY: Final = 256 * 2**20
_LISTEN: Final = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[A-Za-z0-9._-]*)):(?P<port>\d{1,5})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the frozen values; what is wrong goes to `blame`, and the rest is still looked at."""

    references: References
    folder: FilePath
    blame: Blame

    def settings(self, source: str, fields: FileFields, apis: Iterable[Api], checks: Iterable[Check]) -> Settings:
        """The whole, from a valid outline and the checks built from it."""
        return Settings(
            source=source,
            store=self._store(fields.store),
            timezone=self._timezone(fields.timezone),
            location=fields.location,
            listen=self._listen(fields.listen),
            report=self._report(fields),
            apis=tuple(apis),
            checks=tuple(checks),
        )

    def api(self, key: str, fields: ApiFields, defaults: Common) -> Api:
        """The group itself, without its checks."""
        labels = {**defaults.labels, **fields.labels}
        return Api(id=key, name=fields.name or _title(key), labels=tuple(sorted(labels.items())))

    def check(self, api: str, key: str, fields: CheckFields, group: ApiFields, defaults: Common) -> Check:
        """One check with all that it inherits. `group` and `defaults` are the levels above it."""
        path: Path = ("apis", api, "checks", key)
        levels = (Level(fields, path), Level(group, ("apis", api)), Level(defaults, ("defaults",)))
        built = RequestBuilder(self.references, self.blame)
        request = built.request(
            fields,
            levels,
            max_redirects=_nearest(levels, lambda level: level.redirects, 0),
            max_body=_nearest(levels, lambda level: level.max_body, DEFAULT_MAX_BODY),
            connection=Connection(tls=self._tls(levels)),
        )
        interval = _nearest(levels, lambda level: level.interval, DEFAULT_INTERVAL)
        timeout = _nearest(levels, lambda level: level.timeout, min(DEFAULT_TIMEOUT, interval // 2))
        confirm = _confirm(levels, interval)
        self._refuse_misfits(levels, interval, timeout, confirm, request.max_body)
        self._refuse_tls_without_tls(path, fields, request)
        labels = {**defaults.labels, **group.labels, **fields.labels}
        return Check(
            id=f"{api}/{key}",
            api=api,
            name=fields.name or _title(key),
            interval=interval,
            timeout=timeout,
            confirm=confirm,
            request=request,
            expectations=built.expectations(fields),
            labels=tuple(sorted(labels.items())),
            definition=_fingerprint(request, fields, interval, timeout, confirm),
            redactor=Redactor.of(built.secrets),
        )

    def check_references(self, value: object, path: Path) -> None:
        """Blame the references of a piece that could not be built, so that they needn't wait for the next try."""
        if isinstance(value, str):
            self._resolve(value, path)
        elif isinstance(value, Mapping):
            for key, item in value.items():
                if key != "expect":
                    self.check_references(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                self.check_references(item, (*path, index))

    def _resolve(self, text: str, path: Path) -> Resolved:
        try:
            return self.references.resolve(text)
        except ReferenceProblem as problem:
            self.blame(path, str(problem))
            return Resolved(Sensitive.plain(text))

    def _tls(self, levels: Iterable[Level]) -> TlsPolicy:
        sections = [(level.fields.tls, level.path) for level in levels if level.fields.tls]
        verify = next((tls.verify for tls, _ in sections if tls.verify is not None), True)
        named, path = next(((tls.ca_file, path) for tls, path in sections if tls.ca_file is not None), (None, ()))
        if named is None:
            return TlsPolicy(verify=verify)
        text = self._resolve(named, (*path, "tls", "ca_file")).text.reveal()
        file = self.folder / text
        if "${" not in text and not file.is_file():
            self.blame(
                (*path, "tls", "ca_file"),
                f"there is no file {named}; it must hold certificates in PEM form",
            )
        return TlsPolicy(verify=verify, ca_file=str(file))

    def _refuse_misfits(
        self,
        levels: tuple[Level, ...],
        interval: Micros,
        timeout: Micros,
        confirm: Confirm,
        max_body: int,
    ) -> None:
        """Rules that span keys. Blamed is the nearest level that holds one of them: a mistake in `defaults` is one mistake."""
        if not SECOND <= interval <= 7 * DAY:
            self.blame(_holder(levels, "interval"), f"must be between 1s and 7d; it is {format_duration(interval)}")
        elif not 0 < timeout <= interval:
            self.blame(
                _holder(levels, "timeout", "interval"),
                f"must be more than 0s and fit the interval of {format_duration(interval)}; it is {format_duration(timeout)}",
            )
        elif timeout + confirm.retries * confirm.after > interval:
            needed = format_duration(timeout + confirm.retries * confirm.after)
            message = (
                f"timeout {format_duration(timeout)} and {confirm.retries} retries, each after {format_duration(confirm.after)}, "
                f"take {needed}: more than the interval of {format_duration(interval)}; shorten timeout or confirm, or lengthen interval"
            )
            self.blame(_holder(levels, "timeout", "confirm", "interval"), message)
        if not 0 < max_body <= LARGEST_BODY:
            self.blame(_holder(levels, "max_body"), f"must be more than 0B and at most {LARGEST_BODY // 2**20}MiB")

    def _refuse_tls_without_tls(self, path: Path, fields: CheckFields, request: Request) -> None:
        """An expectation that can never hold would be a check that is down for ever."""
        if request.max_redirects or not request.url.reveal().startswith("http://"):
            return
        for index, item in enumerate(fields.expect):
            if item.subject == "certificate.expires_in" or (item.subject, item.target) == ("phase", "tls"):
                self.blame(
                    (*path, "expect", index),
                    f"can never hold: {item.text} needs TLS, and the address begins with http://",
                )

    def _store(self, named: str) -> Sensitive:
        """The store's URL, a relative SQLite file made absolute. `PROBE_STORE` goes before the file."""
        override = self.references.environment.get(STORE_VARIABLE)
        store = (
            Sensitive(override, _without_credentials(override)) if override else self._resolve(named, ("store",)).text
        )
        url = store.reveal()
        if "\0" in url:
            self.blame(("store",), "is no file name: it has a NUL character")
        if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
            file = self.folder / url.removeprefix("sqlite:///")
            return Sensitive(f"sqlite:///{file}", f"sqlite:///{file}")
        if not override and re.match(r"\w+://[^/@]*:(?!\$\{)[^/@]+@", named):
            self.blame(("store",), "a password must not stand in the file; write it as ${env:NAME}, or set PROBE_STORE")
        if not re.match(r"postgres(ql)?(\+psycopg)?://", url):
            self.blame(("store",), "write sqlite:///file.db or postgresql://user@host/database")
        return store

    def _timezone(self, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            self.blame(("timezone",), _unknown_zone(name))
        return name

    def _listen(self, text: str | None) -> Listen | None:
        if text is None:
            return None
        found = _LISTEN.fullmatch(text)
        if not found or int(found["port"]) > LAST_PORT:
            self.blame(
                ("listen",),
                f'"{text[:100]}" is not an address; write host:port, such as 127.0.0.1:9115 (ports end at {LAST_PORT})',
            )
            return None
        return Listen(host=found["six"] or found["host"] or "0.0.0.0", port=int(found["port"]))  # noqa: S104  # only when asked for

    def _report(self, fields: FileFields) -> ReportSettings:
        report = fields.report
        if "\0" in report.directory:
            self.blame(("report", "directory"), "is no file name: it has a NUL character")
        if not SECOND <= report.every <= DAY:
            self.blame(
                ("report", "every"),
                f"must be between 1s and 1d; it is {format_duration(report.every)}",
            )
        return ReportSettings(directory=str(self.folder / report.directory), every=report.every, title=report.title)


def _nearest(levels: Iterable[Level], read: Callable[[Common], _T | None], default: _T) -> _T:
    """The value of the nearest level that has one."""
    return next((value for level in levels if (value := read(level.fields)) is not None), default)


def _holder(levels: Iterable[Level], *keys: str) -> Path:
    """Where the value stands: the first of the keys on the nearest level that has any."""
    held = ((*level.path, key) for level in levels for key in keys if getattr(level.fields, key) is not None)
    return next(held)


def _confirm(levels: Iterable[Level], interval: Micros) -> Confirm:
    sections = [level.fields.confirm for level in levels if level.fields.confirm]
    return Confirm(
        retries=next((item.retries for item in sections if item.retries is not None), DEFAULT_RETRIES),
        after=next(
            (item.after for item in sections if item.after is not None),
            min(DEFAULT_AFTER, interval // 10),
        ),
    )


def _fingerprint(request: Request, fields: CheckFields, interval: Micros, timeout: Micros, confirm: Confirm) -> str:
    """Of all that decides a result, secrets only as the references that they are."""
    said = [
        request.method, request.url.shown, [(name, value.shown) for name, value in request.headers],
        request.body and request.body.shown, request.max_redirects, request.max_body, request.connection.tls.verify,
        [(item.text, item.severity) for item in fields.expect], interval, timeout, confirm.retries, confirm.after,
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _without_credentials(url: str) -> str:
    """A store's URL as it may be shown: everything before the last @ may hold a password, and so may its options."""
    return re.sub(r"(://).*@", rf"\1{MASK}@", url, flags=re.DOTALL).partition("?")[0]


def _title(slug: str) -> str:
    return slug.replace("-", " ").capitalize()


def _unknown_zone(name: str) -> str:
    return f'"{name[:60]}" is not a time zone; write an IANA name, such as Europe/Berlin{did_you_mean(name, available_timezones())}'
