"""How the enumerations of alerts are stored, as those of `codes`: appended to and never changed."""

from __future__ import annotations

from typing import Final

from probe.model.alert import Outcome, Stage
from probe.model.notification import DeliveryState, Occasion
from probe.model.rule import SubjectKind
from probe.model.sla import AlertLevel

SUBJECT_CODES: Final[dict[SubjectKind, int]] = {
    SubjectKind.CHECK: 0,
    SubjectKind.API: 1,
    SubjectKind.PROBER: 2,
}

LEVEL_CODES: Final[dict[AlertLevel, int]] = {
    AlertLevel.CRITICAL: 0,
    AlertLevel.WARNING: 1,
    AlertLevel.INFO: 2,
}

STAGE_CODES: Final[dict[Stage, int]] = {
    Stage.CONDITION: 0,
    Stage.MAINTENANCE: 1,
    Stage.SILENCE: 2,
    Stage.INHIBITION: 3,
    Stage.EFFECTIVE: 4,
    Stage.ROUTING: 5,
    Stage.GROUPING: 6,
    Stage.DEDUPLICATION: 7,
    Stage.REMINDER: 8,
    Stage.DELIVERY: 9,
}

OUTCOME_CODES: Final[dict[Outcome, int]] = {
    Outcome.FIRED: 0,
    Outcome.CHANGED: 1,
    Outcome.RESOLVED: 2,
    Outcome.ACKNOWLEDGED: 3,
    Outcome.SUPPRESSED: 4,
    Outcome.WAITING: 5,
    Outcome.TOLD: 6,
    Outcome.DELIVERED: 7,
    Outcome.FAILED: 8,
}

OCCASION_CODES: Final[dict[Occasion, int]] = {
    Occasion.FIRING: 0,
    Occasion.UPDATE: 1,
    Occasion.RESOLVED: 2,
    Occasion.REMINDER: 3,
    Occasion.ESCALATION: 4,
    Occasion.TEST: 5,
}

DELIVERY_CODES: Final[dict[DeliveryState, int]] = {
    DeliveryState.WAITING: 0,
    DeliveryState.SENDING: 1,
    DeliveryState.DELIVERED: 2,
    DeliveryState.FAILED: 3,
    DeliveryState.EXPIRED: 4,
    DeliveryState.SUPERSEDED: 5,
}

SUBJECTS: Final[dict[int, SubjectKind]] = {code: kind for kind, code in SUBJECT_CODES.items()}
LEVELS: Final[dict[int, AlertLevel]] = {code: level for level, code in LEVEL_CODES.items()}
STAGES: Final[dict[int, Stage]] = {code: stage for stage, code in STAGE_CODES.items()}
OUTCOMES: Final[dict[int, Outcome]] = {code: outcome for outcome, code in OUTCOME_CODES.items()}
OCCASIONS: Final[dict[int, Occasion]] = {code: occasion for occasion, code in OCCASION_CODES.items()}
DELIVERIES: Final[dict[int, DeliveryState]] = {code: state for state, code in DELIVERY_CODES.items()}
