"""Which checks something is about, by the names that the file has."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.messages import did_you_mean
from probe.config.windows import ScopeFields
from probe.model.maintenance import Scope


class Names(NamedTuple):
    """What the file has, by name, also what couldn't be built: APIs, checks by their ids, channels, contacts."""

    apis: Collection[str]
    checks: Collection[str]
    channels: Collection[str] = ()
    contacts: Collection[str] = ()


def read_scope(said: ScopeFields | str, path: Path, names: Names, blame: Blame) -> Scope:
    """The meaning of `on`; ids that nothing has are blamed."""
    if isinstance(said, str):
        return Scope()
    apis, checks = said.api or (), said.check or ()
    for key, ids, why_not in (("api", apis, _why_no_api), ("check", checks, _why_no_check)):
        for index, written in enumerate(ids):
            if reason := why_not(written, names):
                blame((*path, key, index) if len(ids) > 1 else (*path, key), reason)
    return Scope(checks=checks, apis=apis, labels=tuple(sorted((said.labels or {}).items())))


def _why_no_api(api: str, names: Names) -> str | None:
    if api in names.apis:
        return None
    if api in names.checks:
        return f'"{api}" is a check; write check: {api}'
    return f'there is no API "{api[:130]}" in this file{did_you_mean(api, names.apis)}'


def _why_no_check(check: str, names: Names) -> str | None:
    if check in names.checks:
        return None
    if check in names.apis:
        return f'"{check}" is an API; write api: {check}'
    advice = did_you_mean(check, names.checks) or "; a check's id is api/check, such as orders/list"
    return f'there is no check "{check[:130]}" in this file{advice}'
