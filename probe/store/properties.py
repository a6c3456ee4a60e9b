"""Single facts about the store as a whole."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from probe.store.tables import properties


def read(connection: Connection, key: str) -> str | None:
    """The value, `None` when there is none."""
    return connection.execute(select(properties.c.value).where(properties.c.key == key)).scalar_one_or_none()


def write(connection: Connection, key: str, value: str) -> None:
    """Sets the value."""
    connection.execute(delete(properties).where(properties.c.key == key))
    connection.execute(insert(properties).values(key=key, value=value))
