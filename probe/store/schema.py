"""Which schema a database has, and bringing an empty one to ours."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Connection, Engine, and_, column, func, inspect, select, table

from probe.model.errors import StoreTooNew
from probe.store.address import Address
from probe.store.engine import is_sqlite, use_write_ahead_log, writing
from probe.store.faults import unreachable
from probe.store.tables import checks, metadata, results

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every revision that this version knows, oldest first."""

HEAD: Final = REVISIONS[-1]

_VERSIONS: Final = table("alembic_version", column("version_num"))
_OURS: Final = {_VERSIONS.name, checks.name, results.name}
_RIGHTS: Final = ("INSERT", "UPDATE", "DELETE")
_MIGRATION_LOCK: Final = 0x70726F6265  # "probe"


def recognise(connection: Connection, address: Address) -> str | None:
    """The revision of a store of ours, `None` for an empty database.

    Raises:
        StoreTooNew: a later version of probe wrote it.
        StoreUnreachable: it belongs to something else.
    """
    present = set(inspect(connection).get_table_names())
    if not present:
        return None
    if not present >= _OURS:
        raise unreachable(address, "it holds the tables of something else", "name another database")
    revision = connection.execute(select(_VERSIONS.c.version_num)).scalar_one()
    if revision not in REVISIONS:
        raise StoreTooNew(
            f"store {address.name} was written by a later version of probe (schema {revision}); "
            "upgrade probe, or name another store"
        )
    return str(revision)


def demand_rights(connection: Connection, address: Address) -> None:
    """On a server, the rights of a user who writes: a daemon without them would measure for the spool alone.

    Raises:
        StoreUnreachable: some are missing.
    """
    if is_sqlite(connection):
        return
    lacking = [name for name in metadata.tables if not connection.execute(select(_may_write(name))).scalar()]
    if lacking:
        raise unreachable(
            address, f"this user may not write into {', '.join(lacking)}", "name the user who owns the tables"
        )


def _may_write(name: str) -> ColumnElement[bool]:
    return and_(*(func.has_table_privilege(name, right) for right in _RIGHTS))


def migrate(engine: Engine, address: Address) -> str | None:
    """Brings the database to `HEAD` in one transaction; the revision it had before, which is `HEAD` if another was first."""
    if is_sqlite(engine):
        use_write_ahead_log(engine)
    with writing(engine) as connection:
        if not is_sqlite(engine):
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        before = recognise(connection, address)
        if before != HEAD:
            upgrade_to(connection, HEAD)
    return before


def upgrade_to(connection: Connection, revision: str) -> None:
    """Builds each revision on the one before, in the connection's transaction."""
    # Alembic takes a while to import, and a store that is at its head doesn't need it.
    from alembic.command import upgrade
    from alembic.config import Config

    config = Config()
    place = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", place.replace("%", "%%"))
    config.attributes["connection"] = connection
    upgrade(config, revision)
