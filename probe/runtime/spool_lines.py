"""The spool's lines: what is kept of a result, in a form that proves itself.

A line is the CRC-32 of its text in eight hexadecimal digits, a space, and the text: a JSON list that begins with its kind. A
torn or damaged line is told from a good one by itself, so nothing after it is lost with it. Lists, and times in
microseconds, take half the room of the documented form, and half the time: an outage of ten minutes must fit a disk.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Final, TypeAlias

from probe.model.result import AssertionOutcome, Result, State, Transcript, Verdict
from probe.model.sample import PHASES, FailureKind, Phases
from probe.model.units import Micros
from probe.runtime.runs import Run
from probe.runtime.threads import considerately

Key: TypeAlias = tuple[str, str, Micros]

AT_ONCE: Final = 100
"""Results that are written before others have their turn: half a millisecond."""

_CRC: Final = 8  # digits
_NUMBERS: Final = 1 << 63
_MOST_SLOTS: Final = 10**7
"""Of a run; that of a check each second would take months."""

_RESULT: Final = "result"
_RUN: Final = "run"
_TRANSCRIPT: Final = "transcript"


class Damaged(ValueError):
    """A line that is not as it was written."""


def key_of(result: Result) -> Key:
    """What joins a result and its evidence."""
    return result.check, result.location, result.scheduled_at


def lines_of(results: Iterable[Result], runs: Iterable[Run]) -> list[bytes]:
    """A line for each result, without its transcript, and for each run."""
    return [*map(_line, map(_told, considerately(results, every=AT_ONCE))), *(_line([_RUN, *run]) for run in runs)]


def evidence_of(results: Iterable[Result]) -> list[bytes]:
    """A line for each transcript."""
    return [_line([_TRANSCRIPT, *key_of(item), *astuple(item.transcript)]) for item in results if item.transcript]


def read_line(line: bytes) -> Iterator[Result]:
    """The result of a line, or those of its run.

    Raises:
        Damaged: it isn't what was written.
        ValueError: it was not written by this version of probe.
    """
    match _checked(line):
        case [kind, *values] if kind == _RESULT:
            yield _result(values)
        case [kind, *values] if kind == _RUN:
            yield from _run(values).results()
        case _:
            raise ValueError("it is no result")


def read_evidence(line: bytes) -> tuple[Key, Transcript]:
    """The transcript of a line, and whose it is; raises `ValueError` as `read_line` does."""
    match _checked(line):
        case [kind, str(check), str(location), int(slot), str(connection), str(request), str(response), str(body)] if (
            kind == _TRANSCRIPT
        ):
            parts = Transcript(connection=connection, request=request, response=response, body=body)
            return (check, location, slot), parts
    raise ValueError("it is no transcript")


def _line(values: Sequence[object]) -> bytes:
    text = json.dumps(values, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _checked(line: bytes) -> object:
    text = line[_CRC + 1 :].rstrip(b"\n")
    if line[: _CRC + 1] != b"%08x " % zlib.crc32(text):
        raise Damaged("its checksum is wrong")
    return json.loads(text, parse_int=_stored_number)


def _stored_number(digits: str) -> int:
    """One that fits a column. A larger one would be refused by the store again and again."""
    number = int(digits)
    if not -_NUMBERS <= number < _NUMBERS:
        raise ValueError("it holds a number that is too large")
    return number


def _told(result: Result) -> list[object]:
    return [
        _RESULT, result.check, result.location, result.scheduled_at, result.state, result.failure, result.detail,
        result.http_status, result.latency_us, [getattr(result.phases, name) for name in PHASES], result.bytes_sent,
        result.bytes_received, result.lateness_us, result.attempts, result.address, result.definition,
        [[item.expectation, item.verdict, item.actual] for item in result.outcomes],
    ]  # fmt: skip


def _result(values: list[object]) -> Result:
    match values:
        case [
            str(check), str(location), int(slot), str(state), (str() | None) as failure, (str() | None) as detail,
            (int() | None) as status, (int() | None) as latency, list(phases), int(sent),
            int(received), int(lateness), int(attempts), (str() | None) as address, str(definition),
            list(outcomes),
        ]:  # fmt: skip
            return Result(
                check=check,
                location=location,
                scheduled_at=slot,
                state=State(state),
                failure=None if failure is None else FailureKind(failure),
                detail=detail,
                http_status=status,
                latency_us=latency,
                phases=_phases(phases),
                bytes_sent=sent,
                bytes_received=received,
                lateness_us=lateness,
                attempts=attempts,
                address=address,
                outcomes=tuple(map(_outcome, outcomes)),
                definition=definition,
            )
    raise ValueError("it is no result of this version")


def _phases(values: list[object]) -> Phases:
    match values:
        case [
            (int() | None) as dns, (int() | None) as connect, (int() | None) as tls,
            (int() | None) as send, (int() | None) as wait, (int() | None) as transfer,
        ]:  # fmt: skip
            return Phases(dns=dns, connect=connect, tls=tls, send=send, wait=wait, transfer=transfer)
    raise ValueError("it has other phases")


def _outcome(value: object) -> AssertionOutcome:
    match value:
        case [str(expectation), str(verdict), (str() | None) as actual]:
            return AssertionOutcome(expectation=expectation, verdict=Verdict(verdict), actual=actual)
    raise ValueError("it has another outcome")


def _run(values: list[object]) -> Run:
    match values:
        case [str(check), str(location), str(definition), str(reason), int(first), int(step), int(slots)]:
            if slots > _MOST_SLOTS:
                raise ValueError("it is a run of too many slots")
            return Run(check, location, definition, FailureKind(reason), first, step, slots)
    raise ValueError("it is no run of slots")
