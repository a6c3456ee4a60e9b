"""Where a database's tables are not as the migrations made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import CheckConstraint, Connection, ForeignKeyConstraint, Table, inspect
from sqlalchemy.engine import Inspector
from sqlalchemy.schema import SchemaItem

from probe.store.tables import metadata

_WORDS: Final = {
    "add_table": "the table is missing",
    "add_column": "the column {} is missing",
    "remove_column": "the column {} is none of probe's",
    "add_constraint": "the constraint {} is missing",
    "remove_constraint": "the constraint {} is none of probe's",
    "add_fk": "the constraint {} is missing",
    "remove_fk": "the constraint {} is none of probe's",
    "add_index": "the index {} is missing",
    "remove_index": "the index {} is none of probe's",
    "modify_type": "the column {} is of another type",
    "modify_nullable": "the column {} may be empty, or must not be, unlike it was made",
    "modify_default": "the column {} has another default",
}


def deviations(connection: Connection) -> Iterator[tuple[str, str]]:
    """Each as a table and what is wrong with it. Tables that are not probe's are left alone."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"include_object": _is_compared, "compare_type": True})
    for found in compare_metadata(context, metadata):
        for difference in found if isinstance(found, list) else [found]:
            yield from _told(difference)
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        if inspector.has_table(table.name):
            yield from ((table.name, what) for what in _of_table(inspector, table))


def _is_compared(thing: SchemaItem, name: str | None, kind: str, *_: object) -> bool:
    if kind == "table":
        return name in metadata.tables
    # PostgreSQL's partitions have none of these.
    return not (isinstance(thing, ForeignKeyConstraint) and thing.table is metadata.tables["results"])


def _told(difference: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """One of Alembic's tuples: what is to be done, and to what."""
    what = str(difference[0])
    if what in ("add_column", "remove_column"):
        yield str(difference[2]), _WORDS[what].format(difference[3].name)
    elif what.startswith("modify_"):
        yield str(difference[2]), _WORDS.get(what, "the column {} was changed").format(difference[3])
    else:
        thing = difference[1]
        table = thing if isinstance(thing, Table) else thing.table
        yield str(table.name), _WORDS.get(what, f"{what}: {{}}").format(thing.name)


def _of_table(inspector: Inspector, table: Table) -> Iterator[str]:
    """What Alembic doesn't compare: the primary key, and CHECK constraints, by their names."""
    key = inspector.get_pk_constraint(table.name)["constrained_columns"]
    if key != [column.name for column in table.primary_key.columns]:
        yield f"its primary key is ({', '.join(key)})"
    present = {rule["name"] for rule in inspector.get_check_constraints(table.name)}
    for rule in table.constraints:
        name = rule.name
        if isinstance(rule, CheckConstraint) and name is not None:
            full = str(_full_name(table, str(name)))
            if full not in present:
                yield f"the constraint {full} is missing"


def _full_name(table: Table, name: str) -> str:
    prefix = f"ck_{table.name}_"
    return name if name.startswith(prefix) else prefix + name
