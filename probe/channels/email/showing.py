"""A message as mails tell it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from probe.channels.email.commands import commands
from probe.channels.email.entries import brief, full
from probe.channels.email.view import Budget, Mail
from probe.channels.email.wording import MARKS, NAME, line, link, tone_of_message, when, when_of, zone_of
from probe.model.notification import BudgetImpact, Message, Occasion
from probe.model.words import plural

_MOST_UNDELIVERED: Final = 10
_ALL_IN_FULL: Final = 3
_SOME_IN_FULL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Lean:
    """How much is told: so many alerts in full, so many more in a line."""

    in_full: int
    in_lines: int


def fewer(message: Message) -> Iterator[Lean]:
    """Less and less, for a mail must not become too long."""
    count = len(message.entries)
    some = 1 if message.cause else _SOME_IN_FULL  # which the others are like
    yield Lean(in_full=count if count <= _ALL_IN_FULL else some, in_lines=count)
    yield from (Lean(in_full=1, in_lines=lines) for lines in (count, 20, 0))
    yield from (Lean(in_full=0, in_lines=lines) for lines in (20, 0))


def shown(message: Message, lean: Lean, *, prefix: str = "", site: str = "") -> Mail:
    """All that the templates need."""
    tone = tone_of_message(message)
    told = lean.in_full + lean.in_lines
    return Mail(
        prefix=f"{prefix} " if prefix else "",
        status=line(message.status, NAME),
        title=line(message.title, NAME),
        tone=tone,
        mark="◆" if message.occasion is Occasion.TEST else MARKS[tone],
        occasion=message.occasion.value,
        level=message.level.value,
        number=message.number,
        summary=_summary(message),
        remark=_remark(message),
        at=when(message.at, zone_of(message.zone)),
        budget=_budget(message.budget) if message.budget else None,
        cause=line(message.cause.sentence) if message.cause else "",
        entries=tuple(full(entry, message) for entry in message.entries[: lean.in_full]),
        others=tuple(brief(entry, message) for entry in message.entries[lean.in_full : told]),
        more=_more(message, told),
        undelivered=_undelivered(message),
        link=link("Open the report", message.link),
        commands=commands(message),
        site=line(message.site or site or "probe", NAME),
        channel=line(message.channel, NAME),
        footer=_footer(message),
    )


def _summary(message: Message) -> str:
    firing, over = _counts(message)
    if firing + over == 1 and message.entries:
        said = when_of(message.entries[0], message)
        return f"It is over: it {said}." if over else f"{said[0].upper()}{said[1:]}."
    parts = [
        f"{plural(firing, 'alert')} {'goes' if firing == 1 else 'go'} on" if firing else "",
        f"{plural(over, 'alert')} {'is' if over == 1 else 'are'} over" if over else "",
    ]
    first = min((entry.since for entry in message.entries), default=message.at)
    return f"{', '.join(filter(None, parts))}; the first began {when(first, zone_of(message.zone))}."


def _counts(message: Message) -> tuple[int, int]:
    firing = sum(entry.is_firing for entry in message.entries)
    return firing + message.more[0], len(message.entries) - firing + message.more[1]


def _remark(message: Message) -> str:
    match message.occasion:
        case Occasion.TEST:
            return "This is a test: nothing is wrong."
        case Occasion.REMINDER:
            return "A reminder: it goes on, and nothing is new."
        case Occasion.ESCALATION:
            return "Nobody has acknowledged it so far: that is why you are told."
    new = sum(entry.is_new and entry.is_firing for entry in message.entries)
    if message.occasion is Occasion.FIRING and message.number > 1 and new:
        return f"New since the last message: {plural(new, 'alert')}."
    return ""


def _budget(impact: BudgetImpact) -> Budget:
    sentence = line(impact.sentence)
    return Budget(
        sentence=f"{sentence[:1].upper()}{sentence[1:]}".rstrip(".") + ".",
        objective=line(impact.objective, NAME),
        spent_percent=_percent(impact.spent_ratio),
        used_percent=_percent(impact.used_ratio),
    )


def _percent(ratio: float) -> int:
    return int(100 * min(1.0, max(0.0, ratio)))


def _more(message: Message, told: int) -> str:
    untold = message.entries[told:]
    firing = message.more[0] + sum(entry.is_firing for entry in untold)
    over = message.more[1] + sum(not entry.is_firing for entry in untold)
    if not firing + over:
        return ""
    parts = [f"{firing:,} that {'goes' if firing == 1 else 'go'} on"] if firing else []
    parts += [f"{over:,} that {'is' if over == 1 else 'are'} over"] if over else []
    return f"And {plural(firing + over, 'more alert')}: {', '.join(parts)}."


def _undelivered(message: Message) -> tuple[str, ...]:
    told = tuple(line(each) for each in message.undelivered[:_MOST_UNDELIVERED])
    left = len(message.undelivered) - len(told)
    return (*told, f"and {plural(left, 'more message')}") if left else told


def _footer(message: Message) -> str:
    site = line(message.site, NAME)
    who = f"probe for {site}" if site and site != "probe" else "probe"
    rules = list(dict.fromkeys(line(entry.rule, NAME) for entry in message.entries))
    by = f", by the {'rule' if len(rules) == 1 else 'rules'} {', '.join(rules[:3])}" if rules else ""
    more = ", …" if len(rules) > 3 else ""
    return (
        f'Sent by {who}{by}{more}. You get it because the channel "{line(message.channel, NAME)}" has your address;'
        " who runs probe can change that."
    )
