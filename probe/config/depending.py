"""What checks depend on, by `depends_on`: there must be such checks and APIs, and none may depend on itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Final

from probe.config.document import Path
from probe.config.filling import Blame
from probe.config.messages import did_you_mean
from probe.config.scopes import Names
from probe.model.check import Check, api_of

MOST: Final = 50
_MOST_SHOWN: Final = 6
"""Of what depends on one another in a ring."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Reads what APIs and checks depend on; what is wrong is blamed."""

    names: Names
    blame: Blame

    def read(self, said: Sequence[str], path: Path, *, of: str) -> tuple[str, ...]:
        """The ids, each once; `of` whom."""
        kept: dict[str, None] = {}
        for index, written in enumerate(said):
            where = (*path, "depends_on", index)
            if written in (of, api_of(of)):
                self.blame(
                    where,
                    f'"{written}" can\'t depend on itself' if written == of else f'it is a part of "{written}" itself',
                )
            elif written not in self.names.checks and written not in self.names.apis:
                self.blame(
                    where, f'there is no check and no API "{written[:130]}" in this file{self._advice(written, of)}'
                )
            else:
                kept[written] = None
        return tuple(kept)

    def _advice(self, written: str, of: str) -> str:
        beside = f"{api_of(of)}/{written}"
        if beside in self.names.checks:
            return f"; write {beside}"
        return (
            did_you_mean(written, (*self.names.apis, *self.names.checks))
            or "; a check's id is api/check, such as orders/list"
        )

    def refuse_rings(self, checks: Sequence[Check]) -> None:
        """Of checks that depend on one another none would ever be told of."""
        if not any(check.depends_on for check in checks):
            return
        sorter = TopologicalSorter(dict(_edges(checks)))
        try:
            sorter.prepare()
        except CycleError as error:
            self._blame_ring(list(reversed(error.args[1])), {check.id: check for check in checks})

    def _blame_ring(self, ring: list[str], checks: Mapping[str, Check]) -> None:
        start = next(index for index, each in enumerate(ring) if each in checks and checks[each].depends_on)
        turned = [*ring[start:-1], *ring[:start], ring[start]]
        shown = turned if len(turned) <= _MOST_SHOWN else [*turned[: _MOST_SHOWN - 2], "…", turned[-1]]
        check = checks[turned[0]]
        path: Path = ("apis", check.api, "checks", check.id.partition("/")[2], "depends_on")
        self.blame(
            path, f"depends on itself: {' → '.join(shown)}; nobody would be told of any of them, so leave one out"
        )


def _edges(checks: Sequence[Check]) -> Iterator[tuple[str, Sequence[str]]]:
    """Whom each waits for; an API is what its checks are."""
    apis: dict[str, list[str]] = {}
    for check in checks:
        apis.setdefault(check.api, []).append(check.id)
        yield check.id, check.depends_on
    yield from apis.items()
