from __future__ import annotations

from enum import StrEnum

import pytest

from probe.model.alert import Outcome, Stage
from probe.model.notification import DeliveryState, Occasion
from probe.model.result import State, Verdict
from probe.model.rule import SubjectKind
from probe.model.sample import FailureKind
from probe.model.sla import AlertLevel
from probe.store.alert_codes import (
    DELIVERY_CODES,
    LEVEL_CODES,
    OCCASION_CODES,
    OUTCOME_CODES,
    STAGE_CODES,
    SUBJECT_CODES,
)
from probe.store.codes import FAILURE_CODES, STATE_CODES, VERDICT_LETTERS


def test_every_state_has_the_code_it_always_had() -> None:
    assert {state.value: code for state, code in STATE_CODES.items()} == {
        "unknown": 0,
        "up": 1,
        "degraded": 2,
        "down": 3,
    }
    assert set(STATE_CODES) == set(State)


def test_every_failure_has_the_code_it_always_had() -> None:
    assert {kind.value: code for kind, code in FAILURE_CODES.items() if kind} == {
        "dns": 1,
        "refused": 2,
        "unreachable": 3,
        "tls_expired": 4,
        "tls_not_yet_valid": 5,
        "tls_wrong_host": 6,
        "tls_self_signed": 7,
        "tls_unknown_authority": 8,
        "tls": 9,
        "timeout": 10,
        "reset": 11,
        "protocol": 12,
        "too_large": 13,
        "encoding": 14,
        "redirect": 15,
        "blocked": 16,
        "assertion": 17,
        "missed": 18,
        "interrupted": 19,
        "not_running": 20,
        "prober_fault": 21,
        "tls_revoked": 22,
        "tls_version": 23,
        "proxy": 24,
        "lost": 25,
    }
    assert set(FAILURE_CODES) == {None, *FailureKind}


def test_every_verdict_has_the_letter_it_always_had() -> None:
    assert {verdict.value: letter for verdict, letter in VERDICT_LETTERS.items()} == {
        "passed": "p",
        "warned": "w",
        "failed": "f",
        "skipped": "s",
    }
    assert set(VERDICT_LETTERS) == set(Verdict)


@pytest.mark.parametrize(
    ("codes", "kind", "words"),
    [
        (SUBJECT_CODES, SubjectKind, "check api prober"),
        (LEVEL_CODES, AlertLevel, "critical warning info"),
        (
            STAGE_CODES,
            Stage,
            "condition maintenance silence inhibition effective routing grouping de-duplication reminder delivery",
        ),
        (OUTCOME_CODES, Outcome, "fired changed resolved acknowledged suppressed waiting told delivered failed"),
        (OCCASION_CODES, Occasion, "firing update resolved reminder escalation test"),
        (DELIVERY_CODES, DeliveryState, "waiting sending delivered failed expired superseded"),
    ],
)
def test_what_alerts_are_stored_by_has_the_code_it_always_had(
    codes: dict[StrEnum, int], kind: type[StrEnum], words: str
) -> None:
    assert {member.value: code for member, code in codes.items()} == {
        word: code for code, word in enumerate(words.split())
    }
    assert set(codes) == set(kind)


def test_no_code_is_used_twice() -> None:
    for codes in (STATE_CODES, FAILURE_CODES, VERDICT_LETTERS):
        assert len(set(codes.values())) == len(codes)
