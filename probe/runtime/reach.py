"""What control targets' answers say of the prober's own network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from probe.model.sample import FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.probers.resolve import literal

SUSPECT: Final = frozenset({FailureKind.DNS, FailureKind.UNREACHABLE, FailureKind.TIMEOUT, FailureKind.RESET})
"""Failures that may be the prober's own network's. A refusal, a certificate or a bad response came over it."""

_NO_ANSWER: Final = SUSPECT | {FailureKind.BLOCKED, FailureKind.PROXY, FailureKind.PROBER_FAULT}


class Reach(StrEnum):
    """How far the prober's own network reaches."""

    FINE = "fine"  # a control target answered, or there is none to ask
    NO_NAMES = "no_names"  # only such answered whose name need not be resolved
    NONE = "none"  # none answered


@dataclass(slots=True)
class Answer:
    """What was last heard of a control target.

    Attributes:
        has_name: its name must be resolved first; it isn't an address.
        at: when it answered or failed, seconds of the monotonic clock.
        came: whether it answered; `None` until it was asked.
    """

    has_name: bool
    at: float = float("-inf")
    came: bool | None = None


def judge(answers: Sequence[Answer], *, since: float, of_names: bool) -> Reach | None:
    """What the answers since a moment say; `None` when they don't suffice yet.

    One answer is enough; that there is none takes the failure of all. Where a name was not resolved, an address that
    answers says nothing, unless there is nothing else to ask.
    """
    of_names = of_names and any(answer.has_name for answer in answers)
    heard = [answer for answer in answers if answer.came is not None and answer.at >= since]
    if not answers or any(answer.came and (answer.has_name or not of_names) for answer in heard):
        return Reach.FINE
    if len(heard) < len(answers):
        return None
    return Reach.NO_NAMES if any(answer.came for answer in heard) else Reach.NONE


def is_answer(sample: Sample) -> bool:
    """Whether something came back: any response, also a broken one, a certificate that is refused, or a refusal."""
    if sample.failure is None or sample.http_status is not None or sample.bytes_received:
        return True
    return sample.failure.kind not in _NO_ANSWER


def has_name(url: Sensitive) -> bool:
    """Whether its host must be resolved."""
    return literal(urlsplit(url.reveal()).hostname or "") is None


def name_of(url: Sensitive) -> str:
    """Host and port as the user wrote them, without a secret."""
    try:
        host = urlsplit(url.shown).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    return host or url.shown
