"""What is to be measured and expected, as the loader hands it on: complete, resolved, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from probe.model.sensitive import Redactor, Sensitive
from probe.model.sla import GroupRule, Objective
from probe.model.units import SECOND, Micros

SLUG: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
"""A name that is safe in a path, a URL and a label (RFC 1123)."""

JsonScalar: TypeAlias = str | int | float | bool | None
ExpectedValue: TypeAlias = JsonScalar | tuple[JsonScalar, ...]


def api_of(check: str) -> str:
    """The API that a check belongs to, by its id; also where no file defines it any more."""
    return check.partition("/")[0]


class Severity(StrEnum):
    """What an unmet expectation makes of the result."""

    FAIL = "fail"  # down
    WARN = "warn"  # degraded


class Operator(StrEnum):
    """How a value is compared with the expected one."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not contains"
    STARTS_WITH = "starts with"
    ENDS_WITH = "ends with"
    MATCHES = "matches"
    NOT_MATCHES = "not matches"
    EXISTS = "exists"
    NOT_EXISTS = "not exists"
    IS = "is"  # a JSON type: string, number, boolean, null, array, object


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One thing a response must show.

    Attributes:
        text: the expectation as a sentence, in one canonical form.
        subject: what is looked at: a name of `assertions.SUBJECTS`.
        target: which of them: a header's name, a JSONPath, a phase; empty where there is only one.
        value: compared with, in the subject's unit (durations in microseconds, sizes in bytes).
    """

    text: str
    subject: str
    target: str = ""
    operator: Operator
    value: ExpectedValue = None
    severity: Severity = Severity.FAIL


class Family(StrEnum):
    """Which of a name's addresses are connected to."""

    ANY = "any"  # both kinds: the one that answers first (RFC 8305)
    IPV4 = "ipv4"
    IPV6 = "ipv6"


class TlsVersion(StrEnum):
    """The oldest version of TLS that is accepted."""

    V1_2 = "1.2"
    V1_3 = "1.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsPolicy:
    """How the target's certificate is judged, and what it is shown. References may have filled in the files' names.

    Attributes:
        ca_file: PEM file of an authority to trust beside the system's own.
        server_name: whose certificate is expected, where that isn't the URL's host; SNI tells it too.
        certificate: PEM file of the client's own certificate chain.
        key: PEM file of its private key; `None` where `certificate` holds it too.
    """

    verify: bool = True
    ca_file: str | None = field(default=None, repr=False)
    min_version: TlsVersion = TlsVersion.V1_2
    server_name: str | None = None
    certificate: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsPolicy:
    """How the target's name becomes addresses.

    Attributes:
        servers: name servers to ask, in this order, as `address:port`; none means those of the system.
        ttl: for how long an answer may be used again, never longer than it says itself; 0 asks for each attempt anew.
        timeout: for all of the resolution.
    """

    servers: tuple[str, ...] = ()
    ttl: Micros = 0
    timeout: Micros = 5 * SECOND
    family: Family = Family.ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """Which addresses may be connected to, whatever a name leads to (SSRF).

    Link-local, multicast, unspecified and cloud metadata addresses are denied always, unless `allow` names them.

    Attributes:
        allow: networks that are allowed, whatever denies them, such as `10.1.0.0/16`.
        deny: networks that are denied besides.
        deny_private: everything that isn't a public address is denied too.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    deny_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How a request gets to its target.

    Attributes:
        reuse: measure on the connection of the attempt before, where it still stands; otherwise on a new one each time.
        http2: offer HTTP/2; a target that doesn't speak it answers in HTTP/1.1.
        proxy: URL of an HTTP proxy; those of the environment are never used.
        unix_socket: path of a socket to connect to, instead of the URL's host and port.
    """

    tls: TlsPolicy = TlsPolicy()
    dns: DnsPolicy = DnsPolicy()
    addresses: AddressPolicy = AddressPolicy()
    reuse: bool = False
    http2: bool = False
    proxy: Sensitive | None = None
    unix_socket: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; everything in it that may hold a secret is `Sensitive`."""

    method: str
    url: Sensitive
    headers: tuple[tuple[str, Sensitive], ...] = ()
    body: Sensitive | None = None
    max_redirects: int = 0
    max_body: int
    connection: Connection = Connection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """When a failure counts: once its fast retries failed too, and so many results in a row.

    Attributes:
        retries, after: fast retries inside a slot, and how long each waits.
        runs: results in a row that must be down for an outage, which then began with the first of them.
        recoveries: results in a row that must be up, or degraded, for its end, which then was the first of them.
    """

    retries: int
    after: Micros
    runs: int = 1
    recoveries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing measured at a regular interval.

    Attributes:
        id: `api/check`, both slugs.
        timeout: the total deadline of one attempt.
        definition: fingerprint of all that decides a result (never of a secret's value).
        connects: what is special about how it connects, as label and text for people.
        objectives: what its service level is held against.
        apdex: the latency up to which a user is satisfied; `None` where nobody said.
        depends_on: checks and APIs, by their ids: while one of them is down, nobody needs to be told of this one.
        redactor: masks this check's secrets in whatever a target reflects.
    """

    id: str
    api: str
    name: str
    interval: Micros
    timeout: Micros
    confirm: Confirm
    request: Request
    expectations: tuple[Expectation, ...]
    labels: tuple[tuple[str, str], ...] = ()
    definition: str = ""
    connects: tuple[tuple[str, str], ...] = ()
    objectives: tuple[Objective, ...] = ()
    apdex: Micros | None = None
    depends_on: tuple[str, ...] = ()
    redactor: Redactor = field(default=Redactor(), repr=False)

    @property
    def facts(self) -> CheckFacts:
        """What may be shown of it."""
        return CheckFacts(
            id=self.id,
            api=self.api,
            name=self.name,
            method=self.request.method,
            url=self.request.url.shown,
            interval=self.interval,
            timeout=self.timeout,
            confirm=self.confirm,
            expectations=tuple((item.text, item.severity) for item in self.expectations),
            labels=self.labels,
            verifies_tls=self.request.connection.tls.verify,
            connects=self.connects,
            objectives=self.objectives,
            apdex=self.apdex,
            depends_on=self.depends_on,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFacts:
    """What may be shown of a check: no secret is in it, so it may go to another process, a page or a log."""

    id: str
    api: str
    name: str
    method: str
    url: str
    interval: Micros
    timeout: Micros
    confirm: Confirm
    expectations: tuple[tuple[str, Severity], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    verifies_tls: bool = True
    connects: tuple[tuple[str, str], ...] = ()
    objectives: tuple[Objective, ...] = ()
    apdex: Micros | None = None
    depends_on: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        """Host, and port where one is given, as the user wrote them; empty where the URL has none that can be read."""
        try:
            return urlsplit(self.url).netloc.rpartition("@")[2].lower()
        except ValueError:  # a reference in brackets, which is filled in elsewhere
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A group of checks with one owner.

    Attributes:
        group: how its state follows from those of its checks.
        objectives: what the group as a whole is held against.
        apdex: the latency up to which a user is satisfied; `None` where nobody said.
    """

    id: str
    name: str
    labels: tuple[tuple[str, str], ...] = ()
    group: GroupRule = field(default=GroupRule())
    objectives: tuple[Objective, ...] = ()
    apdex: Micros | None = None
