"""What loading a file learns of the kinds of channels, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from probe.channels.channel import Kind
from probe.channels.registry import KINDS
from probe.model.channel import OptionKind

HEAVY = ("aiohttp", "aiosmtplib", "httpx", "jinja2", "OpenSSL", "asyncio")
KINDS_OF_DEFAULTS = {OptionKind.DURATION: int, OptionKind.SWITCH: bool, OptionKind.CHOICE: str, OptionKind.TEXT: str}


def test_a_kinds_options_are_known_without_loading_what_sends() -> None:
    asked = f"import sys, probe.channels.registry; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_option_is_described_and_its_default_is_of_its_kind(kind: Kind) -> None:
    assert kind.description.endswith(".")
    assert len({option.name for option in kind.options}) == len(kind.options)
    for option in kind.options:
        assert option.description.endswith("."), option.name
        assert (option.choices != ()) is (option.kind is OptionKind.CHOICE)
        if option.default is not None:
            assert not option.is_required
            assert isinstance(option.default, KINDS_OF_DEFAULTS[option.kind])
            assert not option.choices or option.default in option.choices
