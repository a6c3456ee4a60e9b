"""Every link inside the repository leads to a file, and to a heading of it where it names one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, headings, prose, read

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
LARGEST_IMAGE = 300_000


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    text = re.sub(r"[^\w\- ]", "", heading.lower())
    return text.replace(" ", "-")


def links(page: Path) -> list[str]:
    found = [first or second for first, second in LINK.findall(prose(page.read_text(encoding="utf-8")))]
    return [link for link in found if not re.match(r"https?:", link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not fragment or fragment in map(anchor, headings(target.read_text(encoding="utf-8"))), link


def test_the_index_of_decisions_is_complete() -> None:
    index = read("docs/adr/README.md")
    decisions = sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))
    assert re.findall(r"\]\((0[^)]+)\)", index) == decisions
    for name in decisions:
        title = headings(read(f"docs/adr/{name}"))[0]
        assert title.startswith(f"{name[:4]}: ")
        assert title.removeprefix(f"{name[:4]}: ") in index


@pytest.mark.parametrize("image", sorted((ROOT / "docs" / "images").iterdir()), ids=lambda path: path.name)
def test_images_are_small_enough_to_be_committed(image: Path) -> None:
    assert image.stat().st_size < LARGEST_IMAGE
    assert image.name in read("README.md")
