"""What an expectation can look at. A new one is a module, a line here, a test and a paragraph of documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from probe.assertions.body import BODY, BODY_SIZE
from probe.assertions.certificate import CERTIFICATE
from probe.assertions.header import HEADER
from probe.assertions.json_path import JSON_PATH
from probe.assertions.protocol import HTTP_VERSION, TLS_VERSION
from probe.assertions.status import STATUS
from probe.assertions.subject import Subject
from probe.assertions.timing import LATENCY, PHASE

AnySubject: TypeAlias = Subject[int] | Subject[str] | Subject[object]

_ALL: Final[tuple[AnySubject, ...]] = (
    STATUS,
    LATENCY,
    PHASE,
    HEADER,
    JSON_PATH,
    BODY,
    BODY_SIZE,
    CERTIFICATE,
    TLS_VERSION,
    HTTP_VERSION,
)
SUBJECTS: Final[Mapping[str, AnySubject]] = {subject.name: subject for subject in _ALL}
"""Every subject by its name, in the order in which they are documented."""
