"""What outages began with, for longer than other evidence; and what people say of incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "causes",
        sa.Column("check_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("scheduled_at", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("failure", sa.SmallInteger),
        sa.Column("http_status", sa.SmallInteger),
        sa.Column("latency_us", sa.BigInteger),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("outcomes", sa.Text),
        sa.Column("content", sa.LargeBinary),
        sa.PrimaryKeyConstraint("check_id", "location_id", "scheduled_at", name="pk_causes"),
        _reference("causes", "check_id", "checks.id"),
        _reference("causes", "location_id", "locations.id"),
        sa.CheckConstraint("state BETWEEN 0 AND 3", name=op.f("ck_causes_state")),
    )
    op.create_table(
        "annotations",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("check_id", sa.Integer, nullable=False),
        sa.Column("location_id", sa.Integer, nullable=False),
        sa.Column("moment", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
        _reference("annotations", "check_id", "checks.id"),
        _reference("annotations", "location_id", "locations.id"),
        sa.CheckConstraint("kind IN (1, 2)", name=op.f("ck_annotations_kind")),
    )


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
