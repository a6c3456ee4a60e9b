"""`probe sla --report` and `probe verify` as a person calls them; the page in a real browser, on a screen and on paper."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from subprocess import run

import pytest
from playwright.async_api import async_playwright

from tests.docs.pages import ROOT, blocks
from tests.e2e.daemon import run_probe, write_checks
from tests.e2e.test_report_pages import ARGUMENTS, CHROMIUM

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
START = datetime(2026, 9, 30, 22, tzinfo=UTC)


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    more = "timezone: Europe/Berlin\ndefaults: {interval: 1h, slo: {availability: {target: 99.9%, window: month}}}"
    checks = "\n".join(f"check-{number}: {{get: /, interval: 1h}}" for number in range(40))
    write_checks(tmp_path, "http://127.0.0.1:1", checks, more=more)
    lines = []
    for number in range(40):
        for hour in range(31 * 24 + 1):
            is_down = hour in (number, number + 1, 300)
            told = {
                "check": f"shop/check-{number}",
                "scheduled_at": (START + timedelta(hours=hour)).isoformat(),
                "state": "down" if is_down else "up",
                "failure": "timeout" if is_down else None,
                "http_status": None if is_down else 200,
                "latency_ms": None if is_down else 12.5 + hour,
            }
            lines.append(json.dumps(told))
    (tmp_path / "old.ndjson").write_text("\n".join(lines))
    assert (await run_probe("import", "results", "old.ndjson", folder=tmp_path)).status == 0
    return tmp_path


async def test_a_report_is_written_verified_and_computed_by_hand(folder: Path) -> None:
    made = await run_probe("sla", "--month", "2026-10", "--report", "for", "--title", EVIL, folder=folder)
    assert made.output.splitlines() == [f"for/sla-2026-10.{kind}" for kind in ("html", "json", "csv")]
    printed = json.loads((await run_probe("sla", "--month", "2026-10", "--format", "json", folder=folder)).output)
    document = json.loads((folder / "for" / "sla-2026-10.json").read_text())
    assert document["sla"] == printed

    for name in ("sla-2026-10.json", "sla-2026-10.html"):
        verified = await run_probe("verify", f"for/{name}", folder=folder)
        assert (verified.status, verified.errors) == (0, "")
        assert re.fullmatch(rf"for/{name}: [\d,]+ figures computed again, all agree\n", verified.output)

    document["sla"]["checks"][0]["downtime_seconds"] += 1
    (folder / "forged.json").write_text(json.dumps(document))
    verified = await run_probe("verify", "forged.json", folder=folder)
    assert verified.status == 1
    assert "sla.checks[shop/check-0].downtime_seconds: it differs (10801 in the report, 10800 now)" in verified.output
    told = json.loads((await run_probe("verify", "forged.json", "--format", "json", folder=folder)).output)
    assert [each["kind"] for each in told["findings"]] == ["figure", "seal"]

    for name, why in (("for/sla-2026-10.csv", "has the figures only"), ("checks.yaml", "is not JSON")):
        refused = await run_probe("verify", name, folder=folder)
        assert refused.status == 2
        assert why in refused.errors

    results = await run_probe(
        "export", "--metrics", "results", "--month", "2026-10", "--format", "ndjson", folder=folder
    )
    script = next(block.text for block in blocks(ROOT / "docs" / "sla.md", "python"))
    by_hand = partial(
        run, [sys.executable, "-c", script], input=results.output, capture_output=True, text=True, check=True
    )
    digests = (await asyncio.to_thread(by_hand)).stdout
    assert digests == "".join(
        f"{check} {each['digest']}\n" for check, each in sorted(document["results"]["checks"].items())
    )


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no chromium: apt-get install chromium")
async def test_the_page_is_good_on_a_screen_on_a_phone_and_on_paper(folder: Path) -> None:
    assert (await run_probe("sla", "--month", "2026-10", "--report", "for", "--title", EVIL, folder=folder)).status == 0
    page = (folder / "for" / "sla-2026-10.html").resolve().as_uri()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        said = list[str]()
        for width in (390, 1280):
            seen = await browser.new_page(viewport={"width": width, "height": 900}, color_scheme="dark")
            seen.on("console", lambda message: said.append(message.text))
            seen.on("request", lambda request: said.append(request.url) if request.url != page else None)
            await seen.goto(page)
            assert await seen.evaluate("document.documentElement.scrollWidth") == width
            assert await seen.locator("h1").inner_text() == EVIL
        assert said == []
        await seen.emulate_media(media="print")
        colours = await seen.evaluate(
            "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
        )
        assert colours == ["rgb(20, 24, 29)", "rgb(255, 255, 255)"]
        await seen.set_viewport_size({"width": 688, "height": 994})  # A4 without its margins
        assert await seen.evaluate("document.documentElement.scrollWidth") == 688
        assert await seen.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        assert await seen.evaluate("getComputedStyle(document.querySelector('tbody tr')).breakInside") == "avoid"
        paper = await seen.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 3
        assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]", paper)
        await browser.close()
