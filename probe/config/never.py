"""Expectations that can never hold, by what else the check says: it would be down for ever."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from probe.assertions.kind import NEGATED
from probe.assertions.protocol import HTTP_VERSION, HTTP_VERSIONS, TLS_VERSION, TLS_VERSIONS
from probe.assertions.subject import Subject
from probe.model.check import Expectation, Request, TlsVersion

_OF_TLS: Final = ("certificate.expires_in", "tls.version")


def why_never(item: Expectation, request: Request) -> str | None:
    """Why an expectation can't hold of any response to this request; `None` where it can."""
    if not request.max_redirects and request.url.reveal().startswith("http://") and _is_of_tls(item):
        return f"can never hold: {item.text} needs TLS, and the address begins with http://"
    if not request.connection.http2 and not _may_hold(item, HTTP_VERSION, HTTP_VERSIONS[:-1]):
        return f"can never hold: {item.text} needs HTTP/2, which is spoken only with http: 2; write that too"
    if request.connection.tls.min_version is TlsVersion.V1_3 and not _may_hold(item, TLS_VERSION, TLS_VERSIONS[1:]):
        return f"can never hold: {item.text} needs an older TLS than tls.min_version accepts; change one of them"
    return None


def _is_of_tls(item: Expectation) -> bool:
    return item.subject in _OF_TLS or (item.subject, item.target) == ("phase", "tls")


def _may_hold(item: Expectation, subject: Subject[str], versions: Iterable[str]) -> bool:
    """Whether one of these versions meets the expectation; those of other subjects are not looked at."""
    if item.subject != subject.name:
        return True
    test = subject.kind.predicate(NEGATED.get(item.operator, item.operator), item.value)
    return any(test(version) is (item.operator not in NEGATED) for version in versions)
