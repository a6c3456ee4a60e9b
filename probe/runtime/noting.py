"""When the certificates end that checks were shown: written down when that changes, and twice a day."""

from __future__ import annotations

from typing import Final, TypeAlias

import structlog

from probe.alerting.facts import certificate_of
from probe.model.alert import Certificate
from probe.model.errors import StoreError
from probe.model.sample import CertificateFacts
from probe.model.units import HOUR, Micros
from probe.runtime.batches import Batch
from probe.store import Store

AFRESH: Final[Micros] = 12 * HOUR
"""After so long it is noted again that a check is still shown the same: less than other locations wait for that."""

_Chain: TypeAlias = tuple[CertificateFacts, ...]

_log = structlog.get_logger("probe.writer")


class CertificateNotes:
    """Looks at the certificates of results that are stored; what the store doesn't take now, a later result brings again."""

    def __init__(self, store: Store, location: str) -> None:
        self._store = store
        self._location = location
        self._is_wanted = False
        self._noted: dict[str, Certificate] = {}
        self._shown: dict[str, _Chain] = {}

    def known(self) -> dict[str, Certificate]:
        """What the store knows, by check; raises `StoreError`."""
        return {each.check: each for each in self._store.alerts.certificates() if each.location == self._location}

    def begin(self, known: dict[str, Certificate] | None) -> None:
        """Note what differs from this; `None` notes nothing."""
        self._is_wanted = known is not None
        self._shown, self._noted = {}, known or {}

    def note(self, batch: Batch) -> None:
        """Write down those that changed."""
        if not self._is_wanted:
            return
        shown: dict[str, _Chain] = {}
        found: dict[str, Certificate] = {}
        for result, came in zip(batch.results, batch.came, strict=True):
            tls, check = result.tls, result.check
            if tls is None:
                continue
            is_same = tls.chain is (shown.get(check) or self._shown.get(check))  # the prober knows them again
            if is_same and not self._is_stale(check, came):
                continue
            shown[check] = tls.chain
            certificate = certificate_of(result, tls, seen_at=came)
            if certificate is not None:
                found[check] = certificate
        changed = [each for each in found.values() if self._is_news(each)]
        try:
            if changed:
                self._store.alerts.note_certificates(changed)
        except StoreError as error:
            _log.warning("certificates could not be noted; the next results bring them again", why=str(error))
            return
        self._shown |= shown
        self._noted |= {each.check: each for each in changed}

    def _is_news(self, certificate: Certificate) -> bool:
        noted = self._noted.get(certificate.check)
        is_other = noted is None or noted.not_after != certificate.not_after
        return is_other or self._is_stale(certificate.check, certificate.seen_at)

    def _is_stale(self, check: str, now: Micros) -> bool:
        noted = self._noted.get(check)
        return noted is not None and now - noted.seen_at >= AFRESH
