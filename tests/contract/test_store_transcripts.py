"""What went to and fro is kept beside the evidence, and the newest of it are found at once."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from probe.model.result import Result, Transcript
from probe.model.sensitive import Sensitive
from probe.store import Store, open_store
from probe.store.tables import transcripts
from probe.store.transcripts import pack, unpack
from tests.contract.test_store import T0, down, up

TOLD = Transcript(
    connection="address: 127.0.0.1:443",
    request="GET / HTTP/1.1\nhost: shop.example",
    response="HTTP/1.1 503\nretry-after: 120",
    body='{"error": "ß and 水 and \\u0000"}',
)


def told(slot: int, body: str = "") -> Result:
    return down(slot, transcript=replace(TOLD, body=body or TOLD.body))


def kept(store: Store, *, limit: int, transcripts: int, location: str | None = None) -> list[tuple[int, str | None]]:
    found = store.failures("orders/list", limit=limit, transcripts=transcripts, location=location)
    return [
        ((item.scheduled_at - T0) // 60_000_000, item.transcript.body if item.transcript else None) for item in found
    ]


def test_a_transcript_is_read_back_as_it_was(store: Store) -> None:
    store.record([told(0)])
    (found,) = store.failures("orders/list", limit=1, transcripts=1)
    assert found.transcript == TOLD
    assert store.failures("orders/list", limit=1)[0].transcript is None


def test_of_a_long_failure_the_newest_transcripts_come_along(store: Store) -> None:
    store.record([told(slot, f"{slot}") if slot % 5 == 0 else down(slot) for slot in range(13)])
    assert kept(store, limit=1, transcripts=2) == [(12, None), (10, "10"), (5, "5")]
    assert kept(store, limit=3, transcripts=1) == [(12, None), (11, None), (10, "10")]
    assert kept(store, limit=4, transcripts=0) == [(12, None), (11, None), (10, None), (9, None)]


def test_those_of_several_locations_are_told_together(store: Store) -> None:
    store.record([told(0, "here"), replace(told(1, "there"), location="elsewhere"), told(2, "here again"), down(3)])
    assert kept(store, limit=1, transcripts=2) == [(3, None), (2, "here again"), (1, "there")]
    assert kept(store, limit=1, transcripts=2, location="elsewhere") == [(1, "there")]


def test_what_is_not_stored_has_no_transcript_either(store: Store) -> None:
    store.record([up(0)])
    store.record([told(0), told(1)])
    store.record([told(1, "another")])
    assert kept(store, limit=9, transcripts=9) == [(1, TOLD.body)]


def test_a_longer_transcript_takes_a_third_of_its_size() -> None:
    body = '{"error": {"code": "upstream_timeout", "message": "no answer from inventory", "trace": "4bf92f3577b34da6"}}'
    transcript = replace(TOLD, connection="address: 192.0.2.1:443\nhttp: HTTP/1.1\ntime: wait 3ms" * 8, body=body * 20)
    assert len(pack(transcript)) < len("".join(map(str, (transcript.connection, transcript.body)))) / 3


def test_a_part_that_a_later_version_added_is_left_out() -> None:
    packed = zlib.compress(json.dumps({**asdict(TOLD), "trailers": "x: y"}).encode())
    assert unpack(packed) == TOLD


@given(st.text(), st.text())
def test_any_text_can_be_packed(body: str, response: str) -> None:
    found = unpack(pack(Transcript(body=body, response=response)))
    assert found.body == body.encode("utf-8", "replace").decode()


def test_the_newest_are_looked_up_in_the_primary_key(tmp_path: Path) -> None:
    wanted = (transcripts.c.check_id == 1) & (transcripts.c.location_id == 1)
    query = select(transcripts.c.content).where(wanted).order_by(transcripts.c.scheduled_at.desc()).limit(3)
    url = Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}")
    with open_store(url) as store, store._engine.connect() as connection:
        sql = query.compile(store._engine, compile_kwargs={"literal_binds": True})
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(plan) == 1
    assert "SEARCH transcripts USING INDEX" in plan[0]
