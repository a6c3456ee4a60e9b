"""The tables of alerts: what was seen turn, what became an alert, what was decided about it, and what is told to whom.

As those of `tables`: times are microseconds since the epoch, enumerations the codes of `codes`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from probe.model.maintenance import LONGEST_NAME
from probe.store.tables import metadata

_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")
"""Of rows that there may be more than two thousand million of, in time."""

turns: Final = Table(
    "turns",
    metadata,
    Column("id", _NUMBER, Identity(), primary_key=True),
    Column("check_id", ForeignKey("checks.id"), nullable=False),
    Column("location_id", ForeignKey("locations.id"), nullable=False),
    Column("watch", Text, nullable=False),
    Column("slot", BigInteger, nullable=False),
    Column("began", Boolean, nullable=False),
    Column("known_at", BigInteger, nullable=False),
    Column("facts", Text),
    UniqueConstraint("check_id", "location_id", "watch", "slot", "began"),
)
"""A watched state began or ended. Ids ascend in the order of commits: who adds one waits for who is adding others.

`facts` is JSON, as in `content`; null where there are none.
"""

certificates: Final = Table(
    "certificates",
    metadata,
    Column("check_id", ForeignKey("checks.id"), primary_key=True, autoincrement=False),
    Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
    Column("not_after", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""When the certificate ends that each check was shown last."""

daemons: Final = Table(
    "daemons",
    metadata,
    Column("location", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False),
)
"""When the daemon at each location was last seen to work."""

alerts: Final = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("subject_kind", SmallInteger, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("fired_at", BigInteger, nullable=False),
    Column("resolved_at", BigInteger),
    Column("ended", BigInteger),
    Column("in_book", Boolean, nullable=False),
    Column("has_data", Boolean, nullable=False),
    Column("acknowledged_at", BigInteger),
    Column("acknowledged_by", Text),
    Column("locations", Text, nullable=False),
    Column("reading", Text, nullable=False),
    Column("expected", Text, nullable=False),
    Column("resolution", Text, nullable=False),
    Column("facts", Text),
    Index("ix_alerts_subject", "subject_kind", "subject_id", "since"),
    Index("ix_alerts_book", "in_book", "resolved_at"),
)
"""Every alert. `in_book` are those that go on, or are over and still to be told. `locations` is JSON, and so is `facts`."""

alert_threads: Final = Table(
    "alert_threads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("shared", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("due_at", BigInteger),
    Column("last_at", BigInteger),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("told", Text, nullable=False),
    Column("escalated", Text, nullable=False),
)
"""Incidents as channels are told of them, as long as they are open. JSON: what the alerts of the group share, what was told, and what was escalated."""

alert_reasons: Final = Table(
    "alert_reasons",
    metadata,
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("stage", SmallInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
"""The last decision on each alert of the book and each channel, where the empty one is all of them."""

decisions: Final = Table(
    "decisions",
    metadata,
    Column("id", _NUMBER, Identity(), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False),
    Column("stage", SmallInteger, nullable=False),
    Column("outcome", SmallInteger, nullable=False),
    Column("channel", Text),
    Column("until_at", BigInteger),
    Column("notification", Text),
    Column("reason", Text, nullable=False),
    Index("ix_decisions_alert", "alert_id", "id"),
)
"""Why alerts were told, or not. `notification` is a message's id; the message may have been purged."""

alert_memory: Final = Table(
    "alert_memory",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""What conditions remember."""

planner: Final = Table(
    "planner",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("turns_until", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="id"),
)
"""One row: who decides about alerts, for how long nobody else may, and the last turn that was looked at."""

messages: Final = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("thread_id", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("occasion", SmallInteger, nullable=False),
    Column("level", SmallInteger, nullable=False),
    Column("written_at", BigInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("expires_after_us", BigInteger, nullable=False),
    Column("holder", Text),
    Column("lease_until", BigInteger),
    Column("is_superseded", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("settled_at", BigInteger),
    Column("stands_for", Text),
    Column("named_in", Text),
    Column("why", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("alerts", Text, nullable=False),
    Column("content", Text, nullable=False),
    CheckConstraint("(state = 1) = (holder IS NOT NULL)", name="holder"),
    CheckConstraint("(holder IS NULL) = (lease_until IS NULL)", name="lease"),
    Index("ix_messages_state", "state", "channel", "thread_id", "number"),
    Index("ix_messages_written", "written_at"),
    Index("ix_messages_settled", "settled_at"),
    Index("ix_messages_stands_for", "stands_for"),
)
"""The outbox. `content` is the message as JSON, and repeats what stands in columns; `alerts` is JSON, of ids.

One that is being sent (state 1) belongs to its `holder` while the lease lasts. `is_superseded`: if that fails it isn't sent again.
"""

tries: Final = Table(
    "tries",
    metadata,
    Column("message_id", ForeignKey("messages.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("took_us", BigInteger, nullable=False),
    Column("is_delivered", Boolean, nullable=False),
    Column("is_final", Boolean, nullable=False),
    Column("answer", Text, nullable=False),
)
"""Each time that a message was sent."""

silences: Final = Table(
    "silences",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("content", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("ended_by", Text),
    CheckConstraint(f"length(author) BETWEEN 1 AND {LONGEST_NAME}", name="author"),
    CheckConstraint("until_at > starts_at", name="period"),
    CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="end"),
)
"""Alerts that somebody didn't want to be told for a while, never deleted. `content` is JSON: which checks and rules."""
