"""The site in a real browser, from the file system."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, sync_playwright

from probe.model.result import Transcript
from probe.model.units import HOUR
from probe.report.contents import pages
from probe.report.files import write
from probe.report.site import ProberFacts
from tests.unit.report.material import NOW, broken, check, evidence, past, site

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATHS = (
    "index.html",
    "apis/orders.html",
    "checks/orders/bad.html",
    "checks/orders/evil.html",
    "checks/orders/fresh.html",
)
EVIL = '"><img src=x onerror=alert(1)></style><script>alert(1)</script>\u202e' + "x" * 4000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    evil = check("evil", seen=broken(), shown=EVIL, url=f"https://{EVIL}")
    seen = site(
        check("fine"),
        check("bad", seen=broken()),
        replace(evil, failures=(evidence(EVIL, EVIL)._replace(transcript=Transcript(connection=EVIL, body=EVIL)),)),
        check("fresh", seen=past([])),
        simulated_until=NOW - 2 * HOUR,
        notice=EVIL,
    )
    control = ((EVIL, False), ("a.example", True))
    seen = replace(seen, prober=ProberFacts(since=NOW - HOUR, longest_stall=1_230_000, control=control))
    directory = tmp_path_factory.mktemp("site")
    write(directory, pages(seen))
    return directory


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1920])
def test_pages_are_clean_and_fit_the_screen(
    root: Path, browser: Browser, width: int, scheme: Literal["light", "dark"]
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said = list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)  # fmt: skip
    for path in PATHS:
        page.goto((root / path).as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= room, f"{path} is {wide} wide in {room}"
    page.close()
    assert said == []


def test_the_style_is_allowed_and_follows_the_readers_theme(root: Path, browser: Browser) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme=scheme)
        page.goto((root / "index.html").as_uri())
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        page.close()
    assert grounds == {"rgb(246, 247, 248)", "rgb(14, 17, 21)"}


def test_a_state_has_a_colour_and_a_shape_of_its_own_in_the_table(root: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((root / "index.html").as_uri())
    seen = {
        name: page.get_by_role("row", name=name, exact=False)
        .last.locator("td")
        .first.evaluate(
            "cell => getComputedStyle(cell).color + getComputedStyle(cell, '::before').clipPath.slice(0, 7)"
        )
        for name in ("Up fine", "Down bad", "No results fresh")
    }
    page.close()
    assert len(set(seen.values())) == 3


@pytest.mark.parametrize("width", [320, 360, 700, 1000, 1440, 1920])
def test_bars_fit_their_column_at_a_whole_number_of_pixels_a_day(root: Path, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((root / "index.html").as_uri())
    bars, room = page.evaluate(
        "[...document.querySelectorAll('.checks svg')].slice(0, 1).map(svg => "
        "[svg.getBoundingClientRect().width, svg.parentElement.clientWidth])[0]"
    )
    page.close()
    assert bars % 90 == 0
    assert bars <= room


def test_a_reader_gets_from_the_overview_to_a_check_and_back(root: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((root / "index.html").as_uri())
    page.get_by_role("table").get_by_role("link", name="Orders API").click()
    page.get_by_role("table").get_by_role("link", name="bad").click()
    assert page.get_by_role("heading", level=1).inner_text() == "bad"
    assert page.get_by_role("img", name="Latency: median").is_visible()
    page.get_by_role("link", name="Example APIs").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("2 of 4 checks are down")
    page.close()


def test_what_went_to_and_fro_is_shown_when_asked_for(root: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((root / "checks/orders/evil.html").as_uri())
    told = page.get_by_role("region", name="Body")
    assert not told.is_visible()
    page.get_by_text("What went to and fro", exact=True).click()
    assert told.inner_text() == EVIL.replace("\u202e", "[U+202E]")
    page.close()


def test_the_keyboard_reaches_the_content_first(root: Path, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((root / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.close()


def test_a_reader_who_likes_the_dark_still_prints_on_white(root: Path, browser: Browser) -> None:
    page = browser.new_page(color_scheme="dark")
    page.emulate_media(media="print")
    page.goto((root / "index.html").as_uri())
    scheme, ink = page.evaluate(
        "[getComputedStyle(document.documentElement).colorScheme, getComputedStyle(document.body).color]"
    )
    assert (scheme, ink) == ("light", "rgb(20, 24, 29)")
    page.close()
