"""Mails look as the report does, in programs that know less than a browser."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

import pytest

PAGE: Final = files("probe.channels.email").joinpath("templates", "email.html").read_text(encoding="utf-8")
STYLE: Final = files("probe.report").joinpath("assets", "probe.css").read_text(encoding="utf-8")


def test_mails_have_the_colours_of_the_report() -> None:
    """Whose contrasts are computed by the report's own tests."""
    colours = set(re.findall(r"#[0-9a-f]{6}\b", PAGE))
    assert colours
    assert colours <= set(re.findall(r"#[0-9a-f]{6}\b", STYLE))


@pytest.mark.parametrize(
    "unknown", ["display:flex", "display:grid", "var(--", "<svg", "<img", "position:", "@import", "url("]
)
def test_nothing_is_used_that_mail_programs_do_not_know(unknown: str) -> None:
    assert unknown not in PAGE.replace(": ", ":")


def test_the_layout_is_a_table_of_600_pixels_at_most() -> None:
    assert "max-width:600px" in PAGE
    assert '<table role="presentation" width="600"' in PAGE  # Outlook knows no max-width


def test_it_follows_the_readers_mode() -> None:
    assert '<meta name="color-scheme" content="light dark">' in PAGE
    assert "@media (prefers-color-scheme: dark)" in PAGE
