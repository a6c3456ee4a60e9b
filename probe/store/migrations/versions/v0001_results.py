"""Checks, their definitions, results and evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """A table a function, in the order of their references."""
    _names("locations", "name")
    _names("checks", "key")
    _definitions()
    _results()
    _evidence()
    op.create_table(
        "properties",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_properties"),
    )


def _names(table: str, column: str) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column(column, sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.UniqueConstraint(column, name=f"uq_{table}"),
    )


def _definitions() -> None:
    op.create_table(
        "definitions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("check_id", sa.Integer, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("interval_us", sa.BigInteger, nullable=False),
        sa.Column("expectations", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_definitions"),
        sa.UniqueConstraint("check_id", "fingerprint", name="uq_definitions"),
        sa.CheckConstraint("interval_us > 0", name=op.f("ck_definitions_interval")),
        _reference("definitions", "check_id", "checks.id"),
    )


def _results() -> None:
    op.create_table(
        "results",
        *_slot(),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("failure", sa.SmallInteger),
        sa.Column("http_status", sa.SmallInteger),
        sa.Column("latency_us", sa.BigInteger),
        *(sa.Column(f"{phase}_us", sa.BigInteger) for phase in _PHASES),
        sa.Column("bytes_sent", sa.BigInteger, nullable=False),
        sa.Column("bytes_received", sa.BigInteger, nullable=False),
        sa.Column("lateness_us", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("definition_id", sa.Integer),
        sa.Column("outcomes", sa.Text),
        *_slot_constraints("results"),
        _reference("results", "definition_id", "definitions.id"),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_results_{name}")) for name, rule in _RESULT_RULES.items()),
        sqlite_with_rowid=False,
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        *_slot(),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("failure", sa.SmallInteger),
        sa.Column("http_status", sa.SmallInteger),
        sa.Column("latency_us", sa.BigInteger),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("outcomes", sa.Text),
        *_slot_constraints("evidence"),
        sa.CheckConstraint("state BETWEEN 0 AND 3", name=op.f("ck_evidence_state")),
        sqlite_with_rowid=False,
    )


_PHASES = ("dns", "connect", "tls", "send", "wait", "transfer")
_RESULT_RULES = {
    "state": "state BETWEEN 0 AND 3",
    "failure": "failure IS NULL OR (failure > 0 AND state IN (0, 3))",
    "http_status": "http_status BETWEEN 0 AND 999",
    "latency": "latency_us >= 0",
    "bytes": "bytes_sent >= 0 AND bytes_received >= 0",
    "attempts": "attempts >= 0",
}


def _slot() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("check_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("scheduled_at", sa.BigInteger, nullable=False, autoincrement=False),
    )


def _slot_constraints(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.PrimaryKeyConstraint("check_id", "location_id", "scheduled_at", name=f"pk_{table}"),
        _reference(table, "check_id", "checks.id"),
        _reference(table, "location_id", "locations.id"),
    )


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")
