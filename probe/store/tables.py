"""The schema, one for SQLite and PostgreSQL; `migrations/` builds exactly this.

Times are microseconds since the epoch, UTC; durations are microseconds; enumerations are the codes of `codes`.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from probe.model.maintenance import LONGEST_NAME
from probe.model.sample import PHASES

metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

locations: Final = Table(
    "locations",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    UniqueConstraint("name"),
)

checks: Final = Table(
    "checks",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("key", Text, nullable=False),
    UniqueConstraint("key"),
)

definitions: Final = Table(
    "definitions",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("check_id", ForeignKey("checks.id"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("interval_us", BigInteger, nullable=False),
    Column("expectations", Text, nullable=False),
    UniqueConstraint("check_id", "fingerprint"),
    CheckConstraint("interval_us > 0", name="interval"),
)
"""What a check asked for at some time. `expectations` is JSON, `[[text, severity], …]`, in the order of `results.outcomes`."""

results: Final = Table(
    "results",
    metadata,
    Column("check_id", Integer, primary_key=True, autoincrement=False),
    Column("location_id", Integer, primary_key=True, autoincrement=False),
    Column("scheduled_at", BigInteger, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("failure", SmallInteger),
    Column("http_status", SmallInteger),
    Column("latency_us", BigInteger),
    Column("dns_us", BigInteger),
    Column("connect_us", BigInteger),
    Column("tls_us", BigInteger),
    Column("send_us", BigInteger),
    Column("wait_us", BigInteger),
    Column("transfer_us", BigInteger),
    Column("bytes_sent", BigInteger, nullable=False),
    Column("bytes_received", BigInteger, nullable=False),
    Column("lateness_us", BigInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("definition_id", Integer),
    Column("outcomes", Text),
    CheckConstraint("state BETWEEN 0 AND 3", name="state"),
    CheckConstraint("failure IS NULL OR (failure > 0 AND state IN (0, 3))", name="failure"),
    CheckConstraint("http_status BETWEEN 0 AND 999", name="http_status"),
    CheckConstraint("latency_us >= 0", name="latency"),
    CheckConstraint("bytes_sent >= 0 AND bytes_received >= 0", name="bytes"),
    CheckConstraint("attempts >= 0", name="attempts"),
    ForeignKeyConstraint(["check_id"], ["checks.id"]).ddl_if(dialect="sqlite"),
    ForeignKeyConstraint(["location_id"], ["locations.id"]).ddl_if(dialect="sqlite"),
    ForeignKeyConstraint(["definition_id"], ["definitions.id"]).ddl_if(dialect="sqlite"),
    sqlite_with_rowid=False,
    postgresql_partition_by="RANGE (scheduled_at)",
)
"""One row a slot. `outcomes` has a letter for each expectation of the definition, and is null when none was judged.

On PostgreSQL in a partition for each day, and without foreign keys: they would cost twice what the rest of an insert does,
and a partition could be dropped only while nobody reads `checks` (ADR 18). What they would point to is never deleted.
"""

evidence: Final = Table(
    "evidence",
    metadata,
    Column("check_id", ForeignKey("checks.id"), primary_key=True, autoincrement=False),
    Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
    Column("scheduled_at", BigInteger, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("failure", SmallInteger),
    Column("http_status", SmallInteger),
    Column("latency_us", BigInteger),
    Column("attempts", SmallInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", Text),
    Column("outcomes", Text),
    CheckConstraint("state BETWEEN 0 AND 3", name="state"),
    sqlite_with_rowid=False,
)
"""Why a result is not plainly up. It repeats what it shows of the result, because it is kept for longer.

`outcomes` is JSON, `[[expectation, letter, actual], …]`, of what warned or failed; null when nothing did.
"""

transcripts: Final = Table(
    "transcripts",
    metadata,
    Column("check_id", ForeignKey("checks.id"), primary_key=True, autoincrement=False),
    Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
    Column("scheduled_at", BigInteger, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)
"""What went to and fro, where that tells more than `evidence`: JSON of the parts, compressed by zlib."""

causes: Final = Table(
    "causes",
    metadata,
    Column("check_id", ForeignKey("checks.id"), primary_key=True, autoincrement=False),
    Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
    Column("scheduled_at", BigInteger, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("failure", SmallInteger),
    Column("http_status", SmallInteger),
    Column("latency_us", BigInteger),
    Column("attempts", SmallInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("address", Text),
    Column("outcomes", Text),
    Column("content", LargeBinary),
    CheckConstraint("state BETWEEN 0 AND 3", name="state"),
)
"""Evidence past its time of the results that outages began with, each with its transcript: kept for as long as its day."""

annotated: Final = Table(
    "annotations",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("check_id", ForeignKey("checks.id"), nullable=False),
    Column("location_id", ForeignKey("locations.id"), nullable=False),
    Column("moment", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    CheckConstraint("kind IN (1, 2)", name="kind"),
)
"""What people said of incidents. An incident is no row, so that it is a moment of a check that something is said of."""


def _tier(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("check_id", ForeignKey("checks.id"), primary_key=True, autoincrement=False),
        Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
        Column("starts_at", BigInteger, primary_key=True, autoincrement=False),
        Column("ends_at", BigInteger, nullable=False),
        Column("up", Integer, nullable=False),
        Column("degraded", Integer, nullable=False),
        Column("down", Integer, nullable=False),
        Column("unknown", Integer, nullable=False),
        Column("timeline", LargeBinary, nullable=False),
        Column("statuses", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        Column("failures", JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        Column("bytes_sent", BigInteger, nullable=False),
        Column("bytes_received", BigInteger, nullable=False),
        *_latency("latency"),
        *_latency("latency_down"),
        *(column for phase in PHASES for column in _phase(phase)),
        # Last, for they are large, and SQLite reads a row only as far as it must.
        Column("latency_buckets", LargeBinary),
        Column("latency_down_buckets", LargeBinary),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("up >= 0 AND degraded >= 0 AND down >= 0 AND unknown >= 0", name="slots"),
        sqlite_with_rowid=False,
    )


def _latency(name: str) -> tuple[Column[int], ...]:
    """Of so many responses; the rest is null where there was none."""
    return (
        Column(f"{name}_runs", Integer, nullable=False),
        Column(f"{name}_us", BigInteger),
        Column(f"{name}_min_us", BigInteger),
        Column(f"{name}_max_us", BigInteger),
    )


def _phase(name: str) -> tuple[Column[int], ...]:
    return Column(f"{name}_us", BigInteger, nullable=False), Column(f"{name}_runs", Integer, nullable=False)


hours: Final = _tier("hours")
"""A check's results of an hour (UTC) from a location, rolled up. `statuses` and `failures` count by status and by reason.

`…_buckets` is a histogram as in `slo.histogram`, `timeline` has every slot as in `packing`: nothing of them is lost.
"""

days: Final = _tier("days")
"""The same of a day in the location's zone, which `rolled` names."""

rolled: Final = Table(
    "rolled",
    metadata,
    Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
    Column("raw_from", BigInteger, nullable=False),
    Column("hours_from", BigInteger, nullable=False),
    Column("zone", Text, nullable=False),
)
"""How far a location's results are rolled up: those before `until` are, but for what `stale` names.

Results before `raw_from`, and hours before `hours_from`, may have been purged. Who writes results holds this row shared, who
rolls them up holds it alone: so that no result slips between the two.
"""

stale: Final = Table(
    "stale",
    metadata,
    Column("location_id", ForeignKey("locations.id"), primary_key=True, autoincrement=False),
    Column("tier", SmallInteger, primary_key=True, autoincrement=False),
    Column("check_id", ForeignKey("checks.id"), primary_key=True, autoincrement=False),
    Column("starts_at", BigInteger, primary_key=True, autoincrement=False),
    CheckConstraint("tier IN (0, 1)", name="tier"),
    sqlite_with_rowid=False,
)
"""Hours (tier 0) and days (tier 1) that are to be rolled up, for the first time or again."""

_PERSON: Final = f"length(author) BETWEEN 1 AND {LONGEST_NAME}"
_NAMED: Final = f"length(name) BETWEEN 1 AND {LONGEST_NAME}"

maintenance: Final = Table(
    "maintenance",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("until_at", BigInteger),
    CheckConstraint(_NAMED, name="name"),
)
"""Windows that were declared by command, never deleted. `content` is JSON, as in `windows`, and stays as it was declared.

Whatever it says, the window counts up to `until_at`: ending it sets that.
"""

maintenance_log: Final = Table(
    "maintenance_log",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("made_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("action", SmallInteger, nullable=False),
    Column("affects_from", BigInteger),
    Column("location", Text),
    Column("maintenance_id", ForeignKey("maintenance.id")),
    Column("content", Text, nullable=False),
    Column("content_before", Text),
    CheckConstraint(_PERSON, name="author"),
    CheckConstraint("action BETWEEN 0 AND 5", name="action"),
    CheckConstraint("(location IS NULL) <> (maintenance_id IS NULL)", name="origin"),
)
"""Each change of a window that was declared by command (`maintenance_id`), or stands in the file of a location.

`content` is the window as it was from then on, `content_before` as one of the file had been that was changed; figures changed with it from `affects_from` on, null being all of the past.
"""

properties: Final = Table(
    "properties",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
