"""The kinds of channels. A new one is a module, a line here, an entry in the contract suite and a paragraph of documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from probe.channels.channel import Kind
from probe.channels.email.kind import KIND as EMAIL
from probe.channels.webhook import KIND as WEBHOOK

_ALL: Final[tuple[Kind, ...]] = (EMAIL, WEBHOOK)
KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in _ALL}
"""Every kind by its name, in the order in which they are documented."""
