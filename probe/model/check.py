"""What is to be measured and expected, as the loader hands it on: complete, resolved, frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from probe.model.sensitive import Redactor, Sensitive
from probe.model.units import Micros

JsonScalar: TypeAlias = str | int | float | bool | None
ExpectedValue: TypeAlias = JsonScalar | tuple[JsonScalar, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsPolicy:
    """How the target's certificate is judged. `ca_file` adds an authority to the system's own."""

    verify: bool = True
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; everything in it that may hold a secret is `Sensitive`."""

    method: str
    url: Sensitive
    headers: tuple[tuple[str, Sensitive], ...] = ()
    body: Sensitive | None = None
    max_redirects: int = 0
    max_body: int
    tls: TlsPolicy = TlsPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Fast retries inside a slot: a failure counts once they failed too."""

    retries: int
    after: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing measured at a regular interval.

    Attributes:
        id: `api/check`, both slugs.
        timeout: the total deadline of one attempt.
        definition: fingerprint of all that decides a result (never of a secret's value).
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
            retries=self.confirm.retries,
            expectations=tuple((item.text, item.severity) for item in self.expectations),
            labels=self.labels,
            verifies_tls=self.request.tls.verify,
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
    retries: int
    expectations: tuple[tuple[str, Severity], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    verifies_tls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """A group of checks with one owner."""

    id: str
    name: str
    labels: tuple[tuple[str, str], ...] = ()
