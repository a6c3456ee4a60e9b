"""Contacts: groups of channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.messages import did_you_mean
from probe.config.scopes import Names


def read_contacts(said: Mapping[str, Sequence[str]], names: Names, blame: Blame) -> dict[str, tuple[str, ...]]:
    """Groups of channels by their names; members that aren't channels are blamed."""
    for name, members in said.items():
        path: Path = ("contacts", name)
        if name in names.channels:
            blame(path, f'a channel has the name "{name}" already; give one of them another')
        for index, member in enumerate(members):
            where = (*path, index) if len(members) > 1 else path
            if member in names.contacts and member not in names.channels:
                blame(where, f'"{member}" is a group itself; name its channels')
            elif member not in names.channels:
                blame(where, f'there is no channel "{member[:130]}" in this file{did_you_mean(member, names.channels)}')
    return {
        name: tuple(dict.fromkeys(each for each in members if each in names.channels)) for name, members in said.items()
    }
