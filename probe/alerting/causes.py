"""What is likely behind alerts that began together: what most of them share, and what is well does not.

1. Of each check that is in alert, what its failure shows: where, by which host and address, with which status, failure, phase and
   certificate.
2. A trait tells something where most of them have it, and checks that are well have not.
3. From the most telling trait on, each further one counts while most of them have all of these.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from probe.model.alert import Alert, Facts
from probe.model.notification import Cause, CauseKind
from probe.model.rule import SubjectKind
from probe.model.sample import FailureKind
from probe.model.units import MINUTE, Micros

MOST: Final = Fraction(4, 5)
"""So large a share is most of them."""

TOGETHER: Final[Micros] = 15 * MINUTE
"""Alerts that began within so long began together: checks that are run every few minutes see the same outage so far apart."""

_FEWEST: Final = 2
_FINGERPRINT: Final = 16  # digits that people compare
_NOT_FINE: Final = 300  # the lowest status that may be a failure by itself

Trait: TypeAlias = tuple[CauseKind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backdrop:
    """What alerts are held against.

    Attributes:
        hosts: of every check there is, by its id; empty where its URL has none that can be read.
        failing: ids of all checks that are in alert just now, whichever message they belong to.
        locations: from which checks are measured.
    """

    hosts: Mapping[str, str] = field(default_factory=dict)
    failing: Collection[str] = frozenset()
    locations: Collection[str] = ()


class _Suspect(NamedTuple):
    """A check in alert."""

    check: str
    since: Micros
    facts: Facts
    locations: tuple[str, ...]
    host: str


_BY_TELLING: Final = (
    CauseKind.HOST,
    CauseKind.CERTIFICATE,
    CauseKind.ADDRESS,
    CauseKind.LOCATION,
    CauseKind.STATUS,
    CauseKind.FAILURE,
    CauseKind.PHASE,
)

_FAILS: Final[Mapping[str, tuple[str, str]]] = {
    FailureKind.DNS: ("can't resolve the name of", "can't resolve the name"),
    FailureKind.REFUSED: ("are refused a connection by", "are refused a connection"),
    FailureKind.UNREACHABLE: ("can't reach", "find their target unreachable"),
    FailureKind.TLS_EXPIRED: ("are shown an expired certificate by", "are shown an expired certificate"),
    FailureKind.TLS_NOT_YET_VALID: (
        "are shown a certificate that is not valid yet by",
        "are shown a certificate that is not valid yet",
    ),
    FailureKind.TLS_WRONG_HOST: ("are shown another host's certificate by", "are shown another host's certificate"),
    FailureKind.TLS_SELF_SIGNED: ("are shown a self-signed certificate by", "are shown a self-signed certificate"),
    FailureKind.TLS_UNKNOWN_AUTHORITY: (
        "are shown a certificate of an unknown authority by",
        "are shown a certificate of an unknown authority",
    ),
    FailureKind.TLS_REVOKED: ("are shown a revoked certificate by", "are shown a revoked certificate"),
    FailureKind.TLS_VERSION: ("are offered too old a version of TLS by", "are offered too old a version of TLS"),
    FailureKind.TLS: ("fail in the TLS handshake with", "fail in the TLS handshake"),
    FailureKind.TIMEOUT: ("time out at", "time out"),
    FailureKind.RESET: ("have their connections reset by", "have their connections reset"),
    FailureKind.PROTOCOL: ("get what is no valid HTTP from", "get what is no valid HTTP"),
    FailureKind.TOO_LARGE: ("get too large a response from", "get too large a response"),
    FailureKind.ENCODING: ("can't decode the response of", "can't decode the response"),
    FailureKind.REDIRECT: ("can't follow the redirect of", "can't follow the redirect"),
    FailureKind.BLOCKED: ("may not connect to the address of", "may not connect to the address"),
    FailureKind.PROXY: ("fail at their proxy on the way to", "fail at their proxy"),
}
"""A failure of several, with the host following, and without. The kinds that aren't here say nothing of a common cause."""

_IN_PHASE: Final = {
    "dns": "resolving the name",
    "connect": "connecting",
    "tls": "in the TLS handshake",
    "send": "sending the request",
    "wait": "waiting for the response",
    "transfer": "receiving the response",
}
_PHASED: Final = (FailureKind.TIMEOUT, FailureKind.RESET, FailureKind.UNREACHABLE)
"""The other failures say their phase themselves."""


def likely_cause(alerts: Iterable[Alert], backdrop: Backdrop) -> Cause | None:
    """What most of the firing alerts of checks that began together share; `None` where that is nothing that tells anything."""
    suspects = _together(list(_suspects(alerts, backdrop)))
    if len(suspects) < _FEWEST:
        return None
    candidates = _candidates(suspects, backdrop)
    shared, holding = list[Trait](), suspects
    for trait in candidates:
        remaining = [each for each in holding if trait in _traits(each)]
        if _are_most(len(remaining), len(suspects)):
            shared.append(trait)
            holding = remaining
    if not shared:
        return None
    counts = len(holding), len(suspects)
    return Cause(shared=tuple(shared), sentence=_sentence(dict(shared), counts, backdrop), alerts=counts)


def _suspects(alerts: Iterable[Alert], backdrop: Backdrop) -> Iterator[_Suspect]:
    """Each check once: by its first alert that knows why."""
    found: dict[str, Alert] = {}
    for alert in alerts:
        if alert.is_firing and alert.subject.kind is SubjectKind.CHECK:
            before = found.get(alert.subject.id)
            if before is None or (before.facts is None and alert.facts is not None):
                found[alert.subject.id] = alert
    for check, alert in found.items():
        facts = alert.facts or Facts()
        host = backdrop.hosts.get(check) or facts.host or ""
        yield _Suspect(check, alert.since, facts, alert.locations, host)


def _together(suspects: list[_Suspect]) -> list[_Suspect]:
    """The most of them that began within `TOGETHER`; of as many, the latest."""
    suspects.sort(key=lambda each: each.since)
    first, best = 0, (0, 0)
    for last, suspect in enumerate(suspects):
        while suspect.since - suspects[first].since > TOGETHER:
            first += 1
        if last + 1 - first >= best[1] - best[0]:
            best = first, last + 1
    return suspects[slice(*best)]


def _traits(suspect: _Suspect) -> Iterator[Trait]:
    facts, kind = suspect.facts, suspect.facts.failure
    if suspect.host:
        yield CauseKind.HOST, suspect.host
    if facts.certificate and kind is not None and kind.startswith("tls"):
        yield CauseKind.CERTIFICATE, facts.certificate
    if facts.address:
        yield CauseKind.ADDRESS, facts.address
    if len(suspect.locations) == 1:
        yield CauseKind.LOCATION, suspect.locations[0]
    if facts.http_status is not None and facts.http_status >= _NOT_FINE and kind is FailureKind.ASSERTION:
        yield CauseKind.STATUS, str(facts.http_status)
    if kind is not None and kind in _FAILS:
        yield CauseKind.FAILURE, kind.value
    if facts.phase in _IN_PHASE and kind in _PHASED:
        yield CauseKind.PHASE, facts.phase or ""


def _candidates(suspects: Sequence[_Suspect], backdrop: Backdrop) -> list[Trait]:
    """The traits that most have, and that tell something; the most telling first."""
    counts = Counter(trait for suspect in suspects for trait in _traits(suspect))
    common = {kind: value for (kind, value), count in counts.items() if _are_most(count, len(suspects))}
    if len(backdrop.locations) < _FEWEST:
        common.pop(CauseKind.LOCATION, None)
    if CauseKind.HOST in common and not _is_telling(common[CauseKind.HOST], backdrop):
        del common[CauseKind.HOST]
        common.pop(CauseKind.ADDRESS, None)  # the checks that are well most likely connect to it too
    return [(kind, common[kind]) for kind in _BY_TELLING if kind in common]


def _is_telling(host: str, backdrop: Backdrop) -> bool:
    """Whether most checks of that host are in alert."""
    failing, there = _on_host(host, backdrop)
    return there == 0 or _are_most(failing, there)


def _on_host(host: str, backdrop: Backdrop) -> tuple[int, int]:
    """How many checks of a host are in alert, and how many there are."""
    there = [check for check, its in backdrop.hosts.items() if its == host]
    return sum(check in backdrop.failing for check in there), len(there)


def _are_most(count: int, of: int) -> bool:
    return count >= _FEWEST and Fraction(count, of) >= MOST


def _sentence(shared: Mapping[CauseKind, str], counts: tuple[int, int], backdrop: Backdrop) -> str:
    host = shared.get(CauseKind.HOST, "")
    address = shared.get(CauseKind.ADDRESS, "")
    target = f"{host} ({address})" if host and address and host != address else host or address
    said = f"{_who(*counts)} {_what(shared, target)}"
    if fingerprint := shared.get(CauseKind.CERTIFICATE):
        said += f", with the same certificate (SHA-256 {fingerprint[:_FINGERPRINT]}…)"
    if location := shared.get(CauseKind.LOCATION):
        said += f", only as seen from {location}"
    return said + (_exclusive(host, backdrop) if host else "")


def _who(count: int, of: int) -> str:
    if count < of:
        return f"{count:,} of {of:,} checks"
    return "both checks" if of == _FEWEST else f"all {of:,} checks"


def _what(shared: Mapping[CauseKind, str], target: str) -> str:
    if status := shared.get(CauseKind.STATUS):
        return f"get status {status} from {target}" if target else f"get status {status}"
    failure = shared.get(CauseKind.FAILURE)
    if failure is None:
        return f"fail at {target}" if target else "fail"
    with_target, alone = _FAILS[failure]
    phase = _IN_PHASE.get(shared.get(CauseKind.PHASE, ""), "")
    return (f"{with_target} {target}" if target else alone) + (f" {phase}" if phase else "")


def _exclusive(host: str, backdrop: Backdrop) -> str:
    """What the other checks of the host do, and those of other hosts, where that says that it is this host."""
    failing, there = _on_host(host, backdrop)
    if failing < there or not there:
        return ""
    elsewhere = any(backdrop.hosts.get(check) != host for check in backdrop.failing)
    return "; every check of that host fails" + ("" if elsewhere else ", and no other one")
