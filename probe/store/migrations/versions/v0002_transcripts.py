"""What went to and fro in failed attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """A table of its own: what is there already is left as it is."""
    op.create_table(
        "transcripts",
        sa.Column("check_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("scheduled_at", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("check_id", "location_id", "scheduled_at", name="pk_transcripts"),
        sa.ForeignKeyConstraint(["check_id"], ["checks.id"], name="fk_transcripts_check_id"),
        sa.ForeignKeyConstraint(["location_id"], ["locations.id"], name="fk_transcripts_location_id"),
    )
