"""The report out of a store: what it says of availability is what `probe sla` says."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final

import pytest

from probe.model.check import Api
from probe.model.maintenance import MaintenanceWindow, Once, Scope
from probe.model.sensitive import Sensitive
from probe.model.sla import GroupKind, GroupRule, Method, SlaRules, UnknownRule
from probe.model.units import DAY, HOUR
from probe.report.figures import WINDOWS
from probe.report.words import share_text
from probe.runtime.rendering import RenderJob, render_site
from probe.runtime.sla import SlaJob, assess
from probe.slo.periods import Period
from probe.store import Store
from tests.fakes.pasts import BERLIN, T0, facts, filled, roll_up, troubled
from tests.unit.report.markup import Reader

NOW: Final = T0 + 4 * DAY + 5 * HOUR
GROUPS: Final = tuple(GroupRule(kind=kind, quorum=2) for kind in GroupKind)


@pytest.mark.parametrize("seed", range(6))
def test_every_window_and_day_of_the_pages_is_what_probe_sla_says(
    store: Store, url: Sensitive, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    ids = ("shop/list", "shop/home", "shop/pay")
    filled(store, *(each for id_ in (*ids, "shop/old") for each in troubled(id_, chance)))
    if seed % 2:
        roll_up(store, NOW)
    checks = tuple(facts(id_, runs=chance.randint(1, 3), recoveries=chance.randint(1, 3)) for id_ in ids)
    apis = (Api(id="shop", name="Shop", group=GROUPS[seed % len(GROUPS)]),)
    rules = SlaRules(method=chance.choice(list(Method)), unknown=chance.choice(list(UnknownRule)))
    schedule = Once(start=T0 + 40 * HOUR, end=T0 + 90 * HOUR)
    windows = (MaintenanceWindow(name="move", scope=Scope(checks=ids[: 1 + seed % 3]), schedule=schedule),)
    render_site(
        RenderJob(
            store=url, directory=str(tmp_path / "site"), title="", timezone=BERLIN.key, location="default", now=NOW,
            apis=apis, checks=checks, rules=rules, windows=windows,
        )
    )  # fmt: skip
    for label, length in WINDOWS[:2]:  # the longer ones hold nothing more
        by_sla = SlaJob(
            period=Period(NOW - length, NOW), now=NOW, zone=BERLIN, location="default", rules=rules, checks=checks,
            apis=apis, wanted=store.checks(), windows=windows,
        )  # fmt: skip
        assessed = assess(by_sla, store)
        told = [(f"checks/{level.id}.html", level) for level in assessed.checks if level.id in ids]
        for path, level in (*told, *((f"apis/{level.id}.html", level) for level in assessed.apis)):
            page = Reader((tmp_path / "site" / path).read_text()).text
            row = page[page.index("Results cover") :].split(f"{label}", 1)[1].split("\n", 1)[0]
            attained = level.attained
            assert row.startswith(share_text(attained.availability)), (path, label)
            assert f"{share_text(attained.worst)} … {share_text(attained.best)}" in row
