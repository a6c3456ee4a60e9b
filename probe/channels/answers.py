"""What a receiver's answer means for a message: delivered, to be tried again, or refused for good."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from probe.channels.channel import DeliveryFailed, answer
from probe.model.sample import Sample
from probe.model.sensitive import Redactor
from probe.model.units import HOUR, SECOND, Micros, from_datetime

LONGEST_RETRY_AFTER: Final[Micros] = 4 * HOUR
"""Nobody is left alone for longer, whatever they say: so long is the longest pause between two tries anyway."""

_GONE: Final = 410
_ASKS_FOR_TIME: Final = frozenset({408, 425, 429})
_MOST_DIGITS: Final = 9


def settled(sample: Sample, redactor: Redactor, *, now: Micros) -> str:
    """What the receiver said to a message that it took: any 2xx, however its answer went on.

    Raises:
        DeliveryFailed: it did not take the message, or nothing is known of that.
    """
    status = sample.http_status
    if status is None:
        # Names of a certificate stand in it, and these are the receiver's.
        raise DeliveryFailed(answer(sample.failure.detail if sample.failure else "it did not answer", redactor))
    said = answer(f"{status} {_phrase(status)}: {sample.body.decode('utf-8', 'replace')}".rstrip(": "), redactor)
    if status // 100 == 2:
        return said
    if status // 100 == 3:
        raise DeliveryFailed(f"{said} (redirects are not followed: set the url that it leads to)", is_final=True)
    if status == _GONE:
        raise DeliveryFailed(said, is_final=True, disables=True)
    if status in _ASKS_FOR_TIME or status >= 500:
        raise DeliveryFailed(said, retry_after=retry_after(sample, now=now))
    raise DeliveryFailed(said, is_final=True)


def retry_after(sample: Sample, *, now: Micros) -> Micros | None:
    """How long the receiver wants to be left alone: seconds, or a date (RFC 9110 §10.2.3); `None` where it didn't say."""
    told = next((value.strip() for name, value in sample.headers if name == "retry-after"), "")
    if told.isascii() and told.isdigit():
        return min(int(told[:_MOST_DIGITS]) * SECOND, LONGEST_RETRY_AFTER)
    try:
        moment = from_datetime(parsedate_to_datetime(told))
    except (ValueError, OverflowError):
        return None
    return min(max(0, moment - now), LONGEST_RETRY_AFTER)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
