"""What went to and fro in a failed attempt, as a person may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from probe.assertions.decoding import decode_text
from probe.assertions.masking import mask_head
from probe.assertions.shown import MARGIN, shown
from probe.model.check import Check
from probe.model.result import Transcript
from probe.model.sample import PHASES, CertificateFacts, Sample, TlsFacts
from probe.model.sensitive import Redactor
from probe.model.units import format_duration, format_size, to_iso

LONGEST_PART: Final = 4 * 1024
"""Characters of each part of a transcript."""

_MOST_NAMES: Final = 10
_MOST_TOLD: Final = 100
_LONGEST_FACT: Final = 500
_ONE_LINE: Final = str.maketrans({"\n": "\\n", "\r": "\\r", "\t": "\\t"})
_PREVIEW: Final = 16
_NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")
_MOST_ODD: Final = 10
"""One character in so many may be none that a text has; with more, or with NUL, it is no text."""


def transcript(check: Check, sample: Sample) -> Transcript:
    """The attempt in words: secrets masked, each part cut to `LONGEST_PART`, and harmless in whatever shows it."""
    redactor = check.redactor
    response = "\n".join(_response(sample))
    body, goes_on = _body(sample)
    return Transcript(
        connection=connection(check, sample),
        request=shown(sample.request_head, redactor, LONGEST_PART, mask=mask_head, has_lines=True),
        response=shown(response, redactor, LONGEST_PART, mask=mask_head, has_lines=True),
        body=shown(body, redactor, LONGEST_PART, has_lines=True, goes_on=goes_on),
    )


def connection(check: Check, sample: Sample) -> str:
    """What is known of the connection, a thing a line, whatever stands in it."""
    lines = "\n".join(line.translate(_ONE_LINE) for line in _connection(check, sample))
    return shown(lines, check.redactor, LONGEST_PART, has_lines=True)


def told_tls(facts: TlsFacts, redactor: Redactor) -> TlsFacts:
    """The same for whoever reads it: what stands in a certificate is as hostile as any answer."""
    return replace(facts, chain=tuple(_told_certificate(each, redactor) for each in facts.chain))


def _told_certificate(facts: CertificateFacts, redactor: Redactor) -> CertificateFacts:
    def told(text: str) -> str:
        return shown(text, redactor, _LONGEST_FACT)

    return replace(
        facts,
        subject=facts.subject and told(facts.subject),
        issuer=facts.issuer and told(facts.issuer),
        names=tuple(map(told, facts.names[:_MOST_TOLD])),
        serial=told(facts.serial),
        fingerprint=told(facts.fingerprint),
        key=told(facts.key),
    )


def _response(sample: Sample) -> Iterator[str]:
    """The status line put together again, and the headers."""
    if sample.http_status is not None:
        yield f"{sample.http_version or 'HTTP'} {sample.http_status}"
        yield from (f"{name}: {value}" for name, value in sample.headers)


def _body(sample: Sample) -> tuple[str, bool]:
    """The start of the body, and whether there was more of it. Of what is no text only its size and first bytes."""
    start = sample.body[: LONGEST_PART + MARGIN]
    text = decode_text(start, next((value for name, value in sample.headers if name.lower() == "content-type"), ""))
    goes_on = sample.failure is not None or len(start) < len(sample.body)
    if _is_text(text):
        return text, goes_on and bool(text)
    least = "at least " if sample.failure else ""
    return f"[no text, {least}{format_size(len(sample.body))}] {start[:_PREVIEW].hex()}", True


def _is_text(text: str) -> bool:
    return "\0" not in text and len(_NO_TEXT.findall(text)) * _MOST_ODD <= len(text)


def _connection(check: Check, sample: Sample) -> Iterator[str]:
    """A line for each thing that is known."""
    way = check.request.connection
    if sample.failure:
        yield f"failure: {sample.failure.kind}, {sample.failure.detail}"
    if way.proxy:
        yield f"proxy: {way.proxy}"
    if sample.address:
        yield f"address: {sample.address}"
    if sample.redirects:
        yield f"redirects followed: {sample.redirects}"
    if sample.http_version:
        yield f"http: {sample.http_version}"
    if sample.tls:
        yield from _tls(sample.tls, is_verified=way.tls.verify)
    spent = ((name, getattr(sample.phases, name)) for name in PHASES)
    timing = ", ".join(f"{name} {format_duration(value)}" for name, value in spent if value is not None)
    if timing:
        yield f"time: {timing}"
    yield f"bytes: {format_size(sample.bytes_sent)} sent, {format_size(sample.bytes_received)} received"


def _tls(facts: TlsFacts, *, is_verified: bool) -> Iterator[str]:
    yield f"tls: {', '.join(filter(None, (facts.version, facts.cipher))) or 'no handshake'}" + (
        "" if is_verified else ", not verified"
    )
    if facts.stapled:
        yield f"revocation, as stapled: {facts.stapled}"
    for number, certificate in enumerate(facts.chain, 1):
        yield f"certificate {number}: {certificate.subject or 'without a name'}"
        yield from (f"  {label}: {value}" for label, value in _certificate(certificate) if value)


def _certificate(facts: CertificateFacts) -> Iterator[tuple[str, str]]:
    yield "issuer", facts.issuer or ""
    if facts.not_before is not None and facts.not_after is not None:
        yield "valid", f"{to_iso(facts.not_before)} to {to_iso(facts.not_after)}"
    more = len(facts.names) - _MOST_NAMES
    yield "names", ", ".join(facts.names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
    yield "key", facts.key
    yield "serial", facts.serial
    yield "sha-256", facts.fingerprint
