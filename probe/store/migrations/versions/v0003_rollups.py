"""Hours and days, and how far they go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """New tables only: what is there already is rolled up by and by."""
    _tier("hours")
    _tier("days")
    op.create_table(
        "rolled",
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("until", "raw_from", "hours_from")),
        sa.Column("zone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("location_id", name="pk_rolled"),
        _reference("rolled", "location_id", "locations.id"),
    )
    op.create_table(
        "stale",
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("tier", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("check_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("location_id", "tier", "check_id", "starts_at", name="pk_stale"),
        _reference("stale", "check_id", "checks.id"),
        _reference("stale", "location_id", "locations.id"),
        sa.CheckConstraint("tier IN (0, 1)", name=op.f("ck_stale_tier")),
        sqlite_with_rowid=False,
    )


_PHASES = ("dns", "connect", "tls", "send", "wait", "transfer")


def _tier(table: str) -> None:
    op.create_table(
        table,
        sa.Column("check_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        *(sa.Column(state, sa.Integer, nullable=False) for state in ("up", "degraded", "down", "unknown")),
        sa.Column("timeline", sa.LargeBinary, nullable=False),
        *(sa.Column(counts, _JSON, nullable=False) for counts in ("statuses", "failures")),
        sa.Column("bytes_sent", sa.BigInteger, nullable=False),
        sa.Column("bytes_received", sa.BigInteger, nullable=False),
        *_latency("latency"),
        *_latency("latency_down"),
        *(column for phase in _PHASES for column in _phase(phase)),
        *(sa.Column(f"{name}_buckets", sa.LargeBinary) for name in ("latency", "latency_down")),
        sa.PrimaryKeyConstraint("check_id", "location_id", "starts_at", name=f"pk_{table}"),
        _reference(table, "check_id", "checks.id"),
        _reference(table, "location_id", "locations.id"),
        sa.CheckConstraint("ends_at > starts_at", name=op.f(f"ck_{table}_period")),
        sa.CheckConstraint("up >= 0 AND degraded >= 0 AND down >= 0 AND unknown >= 0", name=op.f(f"ck_{table}_slots")),
        sqlite_with_rowid=False,
    )


_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _latency(name: str) -> tuple[sa.Column[int], ...]:
    return (
        sa.Column(f"{name}_runs", sa.Integer, nullable=False),
        *(sa.Column(f"{name}{what}_us", sa.BigInteger) for what in ("", "_min", "_max")),
    )


def _phase(name: str) -> tuple[sa.Column[int], ...]:
    return sa.Column(f"{name}_us", sa.BigInteger, nullable=False), sa.Column(f"{name}_runs", sa.Integer, nullable=False)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
