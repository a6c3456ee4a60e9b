"""The reports that are made without anybody asking."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from probe.config.load import load
from probe.model.settings import Settings
from probe.model.units import HOUR, MINUTE, Micros, from_iso
from probe.report import ReportLink
from probe.report.sla import read
from probe.runtime.months import Months
from probe.runtime.sla import SlaJob
from probe.runtime.sla_report import SlaReportJob
from probe.runtime.verifying import verify
from probe.slo.periods import Period
from probe.store import Store
from tests.contract.test_sla_report import BEGAN, BERLIN, FILE, STEP, home

NOW = from_iso("2026-11-02T10:00:00Z")


def job(settings: Settings, now: Micros) -> SlaReportJob:
    asked = SlaJob(
        period=Period(now - HOUR, now),
        now=now,
        zone=BERLIN,
        location="default",
        rules=settings.sla,
        checks=tuple(check.facts for check in settings.checks),
        apis=settings.apis,
        wanted=("shop/home", "shop/list"),
        windows=settings.maintenance,
    )
    return SlaReportJob.of(settings, asked)


def made_at(path: Path) -> str:
    return str(json.loads(path.read_text())["made_at"])


def test_the_last_month_and_this_one_so_far_are_there_and_made_again_when_it_is_time(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "checks.yaml").write_text(FILE)
    settings = load(tmp_path / "checks.yaml")
    store.register(settings.checks)
    store.record([home(number) for number in range(200)])
    months = Months(directory=tmp_path / "reports", is_asked=False)
    october, november = (tmp_path / "reports" / "sla" / f"sla-2026-{month}.json" for month in (10, 11))

    links = months.write(job(settings, NOW), store)
    assert links == (ReportLink(called="October 2026", href="sla/sla-2026-10.html"),)  # nothing is known of November
    assert verify(read(october), settings, store).agrees

    store.record([replace(home(0), scheduled_at=NOW - HOUR)])
    links = months.write(job(settings, NOW + MINUTE), store)
    assert [link.called for link in links] == ["November 2026 to date", "October 2026"]
    assert (made_at(october), made_at(november)) == ("2026-11-02T10:00:00Z", "2026-11-02T10:01:00Z")

    store.record([home(200)])
    months.write(job(settings, NOW + 30 * MINUTE), store)
    assert (made_at(october), made_at(november)) == ("2026-11-02T10:00:00Z", "2026-11-02T10:01:00Z")
    months.write(job(settings, NOW + 2 * HOUR), store)
    assert (made_at(october), made_at(november)) == ("2026-11-02T12:00:00Z", "2026-11-02T12:00:00Z")
    months.write(job(settings, NOW + 4 * HOUR), store)
    assert (made_at(october), made_at(november)) == ("2026-11-02T12:00:00Z", "2026-11-02T14:00:00Z")
    november.write_text("spoilt")
    months.write(job(settings, NOW + 4 * HOUR + MINUTE), store)
    assert made_at(november) == "2026-11-02T14:01:00Z"
    assert BEGAN + 200 * STEP < NOW
