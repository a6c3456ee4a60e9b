"""Messages for tests: complete, with what matters named."""

from __future__ import annotations

from dataclasses import replace

from probe.channels.sample import sample_message
from probe.model.notification import Entry, Message, Occasion
from probe.model.rule import Subject, SubjectKind
from probe.model.units import MINUTE, Micros

NOW: Micros = 1_800_000_000_000_000


def make_message(
    id_: str = "msg_0001",
    *,
    channel: str = "ops",
    occasion: Occasion = Occasion.FIRING,
    title: str = "Orders API: checkout is down",
    status: str = "CRITICAL",
    entries: tuple[Entry, ...] | None = None,
    more: tuple[int, int] = (0, 0),
    undelivered: tuple[str, ...] = (),
) -> Message:
    """A message with these properties and harmless others."""
    made = sample_message(channel, id_=id_, thread="t0000000001", now=NOW, link="https://status.example.com/")
    return replace(
        made,
        occasion=occasion,
        title=title,
        status=status,
        entries=(make_entry(),) if entries is None else entries,
        more=more,
        undelivered=undelivered,
        group=(("api", "orders"),),
        site="Example APIs",
    )


def make_entry(
    number: int = 1, *, is_firing: bool = True, reading: str = "down 3 times in a row", note: str = ""
) -> Entry:
    """An alert with these properties and harmless others."""
    (sample,) = sample_message("ops", id_="", thread="", now=NOW, link="https://status.example.com/").entries
    return replace(
        sample,
        alert=f"a{number:010}",
        rule="down",
        subject=Subject(SubjectKind.CHECK, f"orders/check-{number}"),
        name=f"Orders API: check {number}",
        is_firing=is_firing,
        resolved_at=None if is_firing else NOW - MINUTE,
        resolution="" if is_firing else "up 2 times in a row",
        reading=reading,
        note=note,
    )
