"""`certificate.expires_in`: how long the target's certificate is still valid."""

from __future__ import annotations

from typing import Final

from probe.assertions.quantities import REMAINDER
from probe.assertions.reading import Reading
from probe.assertions.subject import Subject
from probe.assertions.unreadable import Unreadable
from probe.model.units import Micros


def _read(reading: Reading) -> Micros:
    tls = reading.sample.tls
    if tls is None:
        raise Unreadable("no certificate, for the connection is not encrypted")
    if tls.not_after is None:
        raise Unreadable("no end date in the certificate")
    return tls.not_after - reading.sample.started_at


CERTIFICATE: Final[Subject[Micros]] = Subject(
    name="certificate.expires_in",
    about="how long the certificate is still valid, counted from the start of the attempt",
    example="certificate.expires_in > 14d",
    kind=REMAINDER,
    reader=lambda _: _read,
)
