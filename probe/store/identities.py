"""The small keys that stand for names: of checks, locations and definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import TypeAlias

from sqlalchemy import Column, Connection, select

from probe.model.check import Severity
from probe.model.definition import Definition
from probe.model.result import Result
from probe.store.engine import insert_new
from probe.store.tables import checks, definitions, locations

Fingerprint: TypeAlias = tuple[str, str]
"""A check's id and the fingerprint of one of its definitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Keys that are known to be committed. A transaction makes a new value, kept only once it has committed.

    A definition that isn't registered has the key `None`.
    """

    checks: dict[str, int] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)
    definitions: dict[Fingerprint, int | None] = field(default_factory=dict)


def identify(connection: Connection, known: Identities, results: Sequence[Result]) -> Identities:
    """`known`, with a key for every name in the results; new checks and locations are inserted."""
    wanted = {(result.check, result.definition) for result in results}
    unregistered: dict[Fingerprint, int | None] = dict.fromkeys((*known.definitions, *wanted))
    return Identities(
        checks=_ids(connection, checks.c.key, {check for check, _ in wanted}, known.checks),
        locations=_ids(connection, locations.c.name, {result.location for result in results}, known.locations),
        definitions={**unregistered, **_definition_ids(connection)},
    )


def with_names(
    connection: Connection, known: Identities, *, of_checks: Iterable[str], of_locations: Iterable[str]
) -> Identities:
    """`known`, with a key for these checks and locations, inserted where they are new."""
    return replace(
        known,
        checks=_ids(connection, checks.c.key, set(of_checks), known.checks),
        locations=_ids(connection, locations.c.name, set(of_locations), known.locations),
    )


def register(connection: Connection, known: Identities, defined: Iterable[Definition]) -> Identities:
    """`known`, with these checks and their definitions, inserted where they are new."""
    wanted = {(each.check, each.fingerprint): each for each in defined}
    ids = _ids(connection, checks.c.key, {check for check, _ in wanted}, known.checks)
    present = _definition_ids(connection)
    rows = [
        _definition_row(ids[each.check], each)
        for key, each in sorted(wanted.items(), key=itemgetter(0))
        if each.fingerprint and key not in present
    ]
    if rows:
        connection.execute(insert_new(connection, definitions), rows)
        present = _definition_ids(connection)
    return replace(known, checks=ids, definitions={**present})


def check_names(connection: Connection) -> tuple[str, ...]:
    """Every check that anything was ever stored of, in order."""
    return tuple(connection.execute(select(checks.c.key).order_by(checks.c.key)).scalars())


def location_names(connection: Connection) -> tuple[str, ...]:
    """Every location that anything was ever measured from, in order."""
    return tuple(connection.execute(select(locations.c.name).order_by(locations.c.name)).scalars())


def read_definitions(connection: Connection, check: str | None = None) -> dict[int, Definition]:
    """Every definition, or those of one check, by its key; the oldest first."""
    query = select(definitions, checks.c.key.label("check")).join(checks).order_by(definitions.c.id)
    if check is not None:
        query = query.where(checks.c.key == check)
    return {
        row.id: Definition(
            check=row.check,
            fingerprint=row.fingerprint,
            interval=row.interval_us,
            expectations=tuple((text, Severity(severity)) for text, severity in json.loads(row.expectations)),
        )
        for row in connection.execute(query)
    }


def _ids(connection: Connection, name: Column[str], wanted: set[str], known: dict[str, int]) -> dict[str, int]:
    """Read again after the insert: another process may have inserted the same name first."""
    if wanted <= known.keys():
        return known
    query = select(name, name.table.c.id)
    present: dict[str, int] = dict(connection.execute(query).all())
    if missing := wanted - present.keys():
        rows = [{name.name: value} for value in sorted(missing)]
        connection.execute(insert_new(connection, name.table), rows)
        present = dict(connection.execute(query).all())
    return present


def _definition_ids(connection: Connection) -> dict[Fingerprint, int]:
    query = select(checks.c.key, definitions.c.fingerprint, definitions.c.id).join_from(definitions, checks)
    return {(check, fingerprint): number for check, fingerprint, number in connection.execute(query)}


def _definition_row(check_id: int, definition: Definition) -> dict[str, str | int]:
    return {
        "check_id": check_id,
        "fingerprint": definition.fingerprint,
        "interval_us": definition.interval,
        "expectations": json.dumps(definition.expectations),
    }
