"""How enumerations are stored: small integers and letters, appended to and never changed.

`up` is 1 because SQLite keeps 0 and 1 without a byte of payload, and nearly every row is up.
"""

from __future__ import annotations

from typing import Final

from probe.model.incident import AnnotationKind
from probe.model.maintenance import MaintenanceAction
from probe.model.result import State, Verdict
from probe.model.sample import FailureKind

STATE_CODES: Final[dict[State, int]] = {
    State.UNKNOWN: 0,
    State.UP: 1,
    State.DEGRADED: 2,
    State.DOWN: 3,
}

FAILURE_CODES: Final[dict[FailureKind | None, int | None]] = {
    None: None,
    FailureKind.DNS: 1,
    FailureKind.REFUSED: 2,
    FailureKind.UNREACHABLE: 3,
    FailureKind.TLS_EXPIRED: 4,
    FailureKind.TLS_NOT_YET_VALID: 5,
    FailureKind.TLS_WRONG_HOST: 6,
    FailureKind.TLS_SELF_SIGNED: 7,
    FailureKind.TLS_UNKNOWN_AUTHORITY: 8,
    FailureKind.TLS: 9,
    FailureKind.TIMEOUT: 10,
    FailureKind.RESET: 11,
    FailureKind.PROTOCOL: 12,
    FailureKind.TOO_LARGE: 13,
    FailureKind.ENCODING: 14,
    FailureKind.REDIRECT: 15,
    FailureKind.BLOCKED: 16,
    FailureKind.ASSERTION: 17,
    FailureKind.MISSED: 18,
    FailureKind.INTERRUPTED: 19,
    FailureKind.NOT_RUNNING: 20,
    FailureKind.PROBER_FAULT: 21,
    FailureKind.TLS_REVOKED: 22,
    FailureKind.TLS_VERSION: 23,
    FailureKind.PROXY: 24,
    FailureKind.LOST: 25,
}

VERDICT_LETTERS: Final[dict[Verdict, str]] = {
    Verdict.PASSED: "p",
    Verdict.WARNED: "w",
    Verdict.FAILED: "f",
    Verdict.SKIPPED: "s",
}

ACTION_CODES: Final[dict[MaintenanceAction, int]] = {
    MaintenanceAction.DECLARED: 0,
    MaintenanceAction.ENDED: 1,
    MaintenanceAction.WITHDRAWN: 2,
    MaintenanceAction.ADDED: 3,
    MaintenanceAction.CHANGED: 4,
    MaintenanceAction.REMOVED: 5,
}

ANNOTATION_CODES: Final[dict[AnnotationKind, int]] = {
    AnnotationKind.ACKNOWLEDGEMENT: 1,
    AnnotationKind.NOTE: 2,
}

STATES: Final[dict[int, State]] = {code: state for state, code in STATE_CODES.items()}
FAILURES: Final[dict[int | None, FailureKind | None]] = {code: failure for failure, code in FAILURE_CODES.items()}
VERDICTS: Final[dict[str, Verdict]] = {letter: verdict for verdict, letter in VERDICT_LETTERS.items()}
ACTIONS: Final[dict[int, MaintenanceAction]] = {code: action for action, code in ACTION_CODES.items()}
ANNOTATIONS: Final[dict[int, AnnotationKind]] = {code: kind for kind, code in ANNOTATION_CODES.items()}
