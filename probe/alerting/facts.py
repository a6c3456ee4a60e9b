"""What a result tells an alert: why its check is not well, and when the certificate that it was shown ends."""

from __future__ import annotations

from typing import Final

from probe.model.alert import LONGEST_DETAIL, Certificate, Facts
from probe.model.result import Result
from probe.model.sample import PHASES, TlsFacts
from probe.model.units import Micros

_CUT: Final = "…"


def facts_of(result: Result, *, host: str) -> Facts:
    """Why it is not up, as far as it knows: of one that comes from the spool the certificate is not known any more."""
    begun = [phase for phase in PHASES if getattr(result.phases, phase) is not None]
    return Facts(
        failure=result.failure,
        detail=_bounded(result.detail or ""),
        http_status=result.http_status,
        phase=begun[-1] if begun else None,
        address=result.address,
        host=host or None,
        certificate=(result.tls.leaf.fingerprint or None) if result.tls else None,
    )


def certificate_of(result: Result, tls: TlsFacts, *, seen_at: Micros) -> Certificate | None:
    """The earliest end of the chain that was shown; `None` where no certificate of it tells one."""
    ends = [each.not_after for each in tls.chain if each.not_after is not None]
    return Certificate(result.check, result.location, min(ends), seen_at) if ends else None


def _bounded(detail: str) -> str:
    return detail if len(detail) <= LONGEST_DETAIL else detail[: LONGEST_DETAIL - len(_CUT)] + _CUT
