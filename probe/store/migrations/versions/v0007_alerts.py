"""Alerts: turns of watched states, what became of them, why, the outbox and its ledger, and silences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0007"
down_revision = "0006"

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """New tables only."""
    _of_what_is_seen()
    _of_alerts()
    _of_decisions()
    _of_messages()
    _of_silences()


def _of_what_is_seen() -> None:
    _table(
        "turns",
        sa.Column("id", _NUMBER, sa.Identity(), nullable=False),
        sa.Column("check_id", sa.Integer, nullable=False),
        sa.Column("location_id", sa.Integer, nullable=False),
        sa.Column("watch", sa.Text, nullable=False),
        sa.Column("slot", sa.BigInteger, nullable=False),
        sa.Column("began", sa.Boolean, nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.Text),
        _reference("turns", "check_id", "checks.id"),
        _reference("turns", "location_id", "locations.id"),
        sa.UniqueConstraint("check_id", "location_id", "watch", "slot", "began", name="uq_turns"),
        key=("id",),
    )
    _table(
        "certificates",
        sa.Column("check_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("location_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("not_after", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        _reference("certificates", "check_id", "checks.id"),
        _reference("certificates", "location_id", "locations.id"),
        key=("check_id", "location_id"),
        with_rowid=False,
    )
    _table(
        "daemons",
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        key=("location",),
    )


def _of_alerts() -> None:
    _table(
        "alerts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("subject_kind", sa.SmallInteger, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("fired_at", sa.BigInteger, nullable=False),
        sa.Column("resolved_at", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.Column("in_book", sa.Boolean, nullable=False),
        sa.Column("has_data", sa.Boolean, nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger),
        sa.Column("acknowledged_by", sa.Text),
        sa.Column("locations", sa.Text, nullable=False),
        sa.Column("reading", sa.Text, nullable=False),
        sa.Column("expected", sa.Text, nullable=False),
        sa.Column("resolution", sa.Text, nullable=False),
        sa.Column("facts", sa.Text),
        key=("id",),
    )
    op.create_index("ix_alerts_subject", "alerts", ["subject_kind", "subject_id", "since"])
    op.create_index("ix_alerts_book", "alerts", ["in_book", "resolved_at"])
    _table(
        "alert_threads",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("shared", sa.Text, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("last_at", sa.BigInteger),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("escalated", sa.Text, nullable=False),
        key=("id",),
    )


def _of_decisions() -> None:
    _table(
        "alert_reasons",
        sa.Column("alert_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
        sa.Column("outcome", sa.SmallInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        _reference("alert_reasons", "alert_id", "alerts.id"),
        key=("alert_id", "channel"),
    )
    _table(
        "decisions",
        sa.Column("id", _NUMBER, sa.Identity(), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("alert_id", sa.Text, nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
        sa.Column("outcome", sa.SmallInteger, nullable=False),
        sa.Column("channel", sa.Text),
        sa.Column("until_at", sa.BigInteger),
        sa.Column("notification", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        _reference("decisions", "alert_id", "alerts.id"),
        key=("id",),
    )
    op.create_index("ix_decisions_alert", "decisions", ["alert_id", "id"])
    _table(
        "alert_memory",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        key=("key",),
    )
    _table(
        "planner",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until_at", sa.BigInteger, nullable=False),
        sa.Column("turns_until", sa.BigInteger, nullable=False),
        _rule("planner", "id", "id = 1"),
        key=("id",),
    )


def _of_messages() -> None:
    _table(
        "messages",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("occasion", sa.SmallInteger, nullable=False),
        sa.Column("level", sa.SmallInteger, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("expires_after_us", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("is_superseded", sa.Boolean, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.Column("stands_for", sa.Text),
        sa.Column("named_in", sa.Text),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("alerts", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        _rule("messages", "holder", "(state = 1) = (holder IS NOT NULL)"),
        _rule("messages", "lease", "(holder IS NULL) = (lease_until IS NULL)"),
        key=("id",),
    )
    op.create_index("ix_messages_state", "messages", ["state", "channel", "thread_id", "number"])
    op.create_index("ix_messages_written", "messages", ["written_at"])
    op.create_index("ix_messages_settled", "messages", ["settled_at"])
    op.create_index("ix_messages_stands_for", "messages", ["stands_for"])
    _table(
        "tries",
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("took_us", sa.BigInteger, nullable=False),
        sa.Column("is_delivered", sa.Boolean, nullable=False),
        sa.Column("is_final", sa.Boolean, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        _reference("tries", "message_id", "messages.id"),
        key=("message_id", "number"),
    )


def _of_silences() -> None:
    _table(
        "silences",
        sa.Column("id", sa.Integer, sa.Identity(), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.Text),
        _rule("silences", "author", "length(author) BETWEEN 1 AND 200"),
        _rule("silences", "period", "until_at > starts_at"),
        _rule("silences", "end", "(ended_at IS NULL) = (ended_by IS NULL)"),
        key=("id",),
    )


def _table(name: str, *items: SchemaItem, key: tuple[str, ...], with_rowid: bool = True) -> None:
    primary = sa.PrimaryKeyConstraint(*key, name=f"pk_{name}")
    op.create_table(name, *items, primary, sqlite_with_rowid=with_rowid)


def _reference(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=f"fk_{table}_{column}")


def _rule(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))
