"""Maintenance windows that were declared by command, and the log of all changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "maintenance",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("until_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_maintenance_name")),
    )
    op.create_table(
        "maintenance_log",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("action", sa.SmallInteger, nullable=False),
        sa.Column("affects_from", sa.BigInteger),
        sa.Column("location", sa.Text),
        sa.Column("maintenance_id", sa.Integer),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_before", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_maintenance_log"),
        sa.ForeignKeyConstraint(["maintenance_id"], ["maintenance.id"], name="fk_maintenance_log_maintenance_id"),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_maintenance_log_{name}")) for name, rule in _RULES.items()),
    )


_RULES = {
    "author": "length(author) BETWEEN 1 AND 200",
    "action": "action BETWEEN 0 AND 5",
    "origin": "(location IS NULL) <> (maintenance_id IS NULL)",
}
