"""What a receiver's answer means."""

from __future__ import annotations

import pytest

from probe.channels.answers import LONGEST_RETRY_AFTER, settled
from probe.channels.channel import LONGEST_ANSWER, DeliveryFailed
from probe.model.sample import Failure, FailureKind, Sample
from probe.model.sensitive import Redactor
from probe.model.units import MINUTE, SECOND
from tests.fakes.messages import NOW

NOBODY = Redactor()


def said(
    status: int | None, body: bytes = b"", *, headers: tuple[tuple[str, str], ...] = (), failure: str | None = None
) -> Sample:
    failed = Failure(kind=FailureKind.TIMEOUT, detail=failure) if failure else None
    return Sample(started_at=NOW, latency_us=1, http_status=status, body=body, headers=headers, failure=failed)


def refused(sample: Sample) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        settled(sample, NOBODY, now=NOW)
    return raised.value


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_yes(status: int) -> None:
    assert settled(said(status), NOBODY, now=NOW).startswith(str(status))


def test_a_yes_is_one_however_its_answer_went_on() -> None:
    assert (
        settled(said(202, b"half", failure="no complete response within 10s"), NOBODY, now=NOW) == "202 Accepted: half"
    )


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599, 999])
def test_these_may_be_tried_again(status: int) -> None:
    failed = refused(said(status))
    assert (failed.is_final, failed.disables) == (False, False)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422, 499])
def test_these_are_final(status: int) -> None:
    failed = refused(said(status))
    assert (failed.is_final, failed.disables) == (True, False)


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
def test_redirects_are_final_and_say_what_to_do(status: int) -> None:
    failed = refused(said(status))
    assert failed.is_final
    assert "redirects are not followed" in failed.why


def test_gone_disables_the_channel() -> None:
    failed = refused(said(410))
    assert (failed.is_final, failed.disables) == (True, True)


def test_no_answer_is_the_probers_reason_and_may_be_tried_again() -> None:
    failed = refused(said(None, failure="connection refused while connecting"))
    assert (failed.why, failed.is_final) == ("connection refused while connecting", False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("120", 120 * SECOND),
        ("0", 0),
        (" 7 ", 7 * SECOND),
        ("Fri, 15 Jan 2027 08:02:00 GMT", 2 * MINUTE),
        ("Friday, 15-Jan-27 08:02:00 GMT", 2 * MINUTE),
        ("Fri Jan 15 08:02:00 2027", 2 * MINUTE),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0),
        ("Fri, 15 Jan 2038 07:00:00 GMT", LONGEST_RETRY_AFTER),
        ("99999999999999999999999", LONGEST_RETRY_AFTER),
        ("9" * 100_000, LONGEST_RETRY_AFTER),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Fri, 99 Jan 2027 08:02:00 GMT", None),
        ("Fri, 15 Jan 99999999999 08:02:00 GMT", None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_within_reason(told: str, expected: int | None, status: int) -> None:
    assert refused(said(status, headers=(("retry-after", told),))).retry_after == expected


def test_an_answer_is_one_short_printable_line_without_secrets() -> None:
    text = settled(
        said(200, b"ok\r\n\x1b[31mhunter2-hunter2\x00\xff" + b"x" * 4_000), Redactor.of(["hunter2-hunter2"]), now=NOW
    )
    assert len(text) == LONGEST_ANSWER
    assert text.isprintable()
    assert "hunter2" not in text


def test_a_secret_that_the_answer_is_cut_in_is_masked() -> None:
    text = settled(said(200, b"x" * 4_080 + b"hunter2-hunter2"), Redactor.of(["hunter2-hunter2"]), now=NOW)
    assert "hunter2" not in text


def test_a_reason_that_quotes_the_receiver_is_masked_too() -> None:
    sample = said(None, failure="the certificate was refused: it is for hunter2-hunter2\x00.example")
    with pytest.raises(DeliveryFailed) as raised:
        settled(sample, Redactor.of(["hunter2-hunter2"]), now=NOW)
    assert raised.value.why == "the certificate was refused: it is for ***\ufffd.example"
