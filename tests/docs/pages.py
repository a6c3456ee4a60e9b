"""The documentation as the tests read it: pages, blocks of code, tables, words in code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code on a page, named by the page and its line."""

    name: str
    text: str


def read(path: str) -> str:
    """The text of a page."""
    return (ROOT / path).read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[Block]:
    """The page's blocks in a language."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, found.start()) + 2}", found[2])
        for found in _BLOCK.finditer(text)
        if found[1] == language
    ]


def prose(text: str) -> str:
    """All but the blocks."""
    return _BLOCK.sub("", text)


def flat(text: str) -> str:
    """On one line, however it was wrapped."""
    return " ".join(text.split())


def spans(text: str) -> list[str]:
    """Words set in code."""
    return _SPAN.findall(text)


def headings(text: str) -> list[str]:
    """The headings of a page, in order."""
    return _HEADING.findall(prose(text))


def section(text: str, heading: str) -> str:
    """What stands between a heading and the next one."""
    _, found, rest = text.partition(f"# {heading}\n")
    assert found, f"no heading {heading!r}"
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without the tables' own headings."""
    lines = [line for line in section(text, heading).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = [index for index, row in enumerate(cells) if set("".join(row)) <= set("- ")]
    return [row for index, row in enumerate(cells) if index not in rules and index + 1 not in rules]


def first_column(text: str, heading: str) -> list[str]:
    """The words in code of each row's first cell."""
    return [span for row in rows(text, heading) for span in spans(row[0])]
