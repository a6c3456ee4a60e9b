"""Conditions of alert rules as sentences: `down`, `p95(latency) over 5m > 800ms`, `burn_rate(availability)`.

A metric's sentence is `STATISTIC(METRIC) [over PERIOD] OPERATOR THRESHOLD`; the part before the operator is its head.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from probe.config.comparisons import Head, compared
from probe.config.messages import did_you_mean
from probe.config.metrics import (
    EXAMPLES,
    METRICS,
    NAMES,
    OPERATORS,
    metric_name,
    read_metric,
    read_statistic,
)
from probe.model.check import SLUG
from probe.model.leaves import Simple
from probe.model.result import State
from probe.model.rule import (
    BurnCondition,
    Metric,
    MetricCondition,
    ProberCondition,
    StateCondition,
    Statistic,
)
from probe.model.units import DAY, HOUR, MINUTE, SECOND, Micros, format_duration, parse_duration

Sentence: TypeAlias = Simple
"""A condition that one sentence says."""

LONGEST: Final = 200
"""Characters of a sentence."""

DEFAULT_PERIOD: Final = 5 * MINUTE
SHORTEST_PERIOD: Final = 10 * SECOND
LONGEST_PERIOD: Final = 31 * DAY
CERTIFICATE_PERIOD: Final = HOUR
"""A certificate is judged as it was last seen, however long ago; so often."""

STATES: Final = {"down": State.DOWN, "degraded": State.DEGRADED, "no data": State.UNKNOWN}
PROBER: Final = "prober trouble"
BURN_RATE: Final = "burn_rate"
_WORDS: Final = (*STATES, PROBER, BURN_RATE)
_HEAD: Final = re.compile(r"(?P<statistic>[\w.]+) ?\((?P<metric>[^()]*)\) ?", re.ASCII)
_BARE: Final = re.compile(r"(?:availability|certificate\.expires_in)(?= |[<>=!]|$) ?")
_BURN: Final = re.compile(rf"{BURN_RATE}(?: ?\( ?(?P<objective>[^()]*?) ?\))?")
_OVER: Final = re.compile(r"over (?P<period>[^<>=!]*)")
_FOR_IN_A_SENTENCE: Final = re.compile(r" for (?P<long>\d\S*)$")
_SEVERAL: Final = re.compile(r"\S (and|or|&&|\|\|) \S")
_GATHERED: Final = {"and": "all", "&&": "all", "or": "any", "||": "any"}
_ADVICE: Final = "write down, degraded, no data, prober trouble, burn_rate, or what is measured, such as p95(latency) over 5m > 800ms"


def parse_condition(text: str) -> Sentence:
    """The condition that a sentence states: `parse_condition(c.text) == c` for every metric's condition `c`.

    Raises:
        ValueError: it states none; the message says what is wrong, and what to write instead.
    """
    text = _plain(text)
    if text in STATES:
        return StateCondition(state=STATES[text])
    if text == PROBER:
        return ProberCondition()
    if found := _BURN.fullmatch(text):
        return BurnCondition(objective=_objective(found["objective"]))
    head, comparison = _read_head(text)
    if not comparison:
        raise ValueError(f"`{head}` is compared with nothing; write such as `{head} > {EXAMPLES[head.unit]}`")
    return compared(head, comparison)


def parse_head(text: str) -> Head:
    """What a sentence without its comparison looks at: `p95(latency) over 5m`.

    Raises:
        ValueError: it is no such thing.
    """
    head, comparison = _read_head(_plain(text))
    if comparison:
        raise ValueError(f'"{comparison}" is too much: the levels say with what it is compared')
    return head


def parse_comparison(head: Head, text: str) -> MetricCondition:
    """The condition that a comparison makes of a head: `> 2s`.

    Raises:
        ValueError: it is none.
    """
    return compared(head, _plain(text))


def is_comparison(text: str) -> bool:
    """Whether a text begins as a comparison does."""
    return text.lstrip()[:1] in ("<", ">", "=", "!")


def is_head(text: str) -> bool:
    """Whether a text is, rightly or wrongly, about a metric and compares it with nothing."""
    plain = " ".join(text.split())
    return bool(_HEAD.match(plain) or _BARE.match(plain)) and not re.search("[<>=!]", plain) and not _BURN.match(plain)


def _plain(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"the condition has {len(text):,} characters; at most {LONGEST} are allowed")
    text = " ".join(text.split())
    if not text:
        raise ValueError(f"the condition is empty; {_ADVICE}")
    return text


def _objective(text: str | None) -> str:
    if text is None:
        return ""
    if not re.fullmatch(SLUG, text, re.ASCII):
        raise ValueError(
            f'"{text[:60]}" is no objective\'s name; write such as burn_rate(availability), or burn_rate for any'
        )
    return text


def _read_head(text: str) -> tuple[Head, str]:
    """The head, and the comparison behind it."""
    if bare := _BARE.match(text):
        metric, target = read_metric(bare[0])
        statistic, quantile, rest = next(iter(METRICS[metric].statistics)), None, text[bare.end() :]
    elif found := _HEAD.match(text):
        statistic, quantile = read_statistic(found["statistic"])
        metric, target = read_metric(found["metric"])
        _refuse_unfit(metric, target, statistic, found["statistic"])
        rest = text[found.end() :]
    else:
        raise _no_condition(text)
    period, rest = _period(metric, rest)
    if rest and not is_comparison(rest):
        raise ValueError(f'"{rest[:60]}" is no comparison; write one of {" ".join(OPERATORS)} and a value')
    return Head(metric, target, statistic, quantile, period), rest


def _refuse_unfit(metric: Metric, target: str, statistic: Statistic, written: str) -> None:
    name, measurable = metric_name(metric, target), METRICS[metric]
    if measurable.is_bare:
        raise ValueError(f"{name} takes no statistic; write it without {written}()")
    if statistic not in measurable.statistics:
        known = ("p95" if each is Statistic.PERCENTILE else str(each) for each in measurable.statistics)
        raise ValueError(f"{written} is not to be had of {name}; known are {', '.join(known)}")


def _period(metric: Metric, text: str) -> tuple[Micros, str]:
    found = _OVER.match(text)
    if metric is Metric.CERTIFICATE:
        if found:
            raise ValueError(f'"{found[0].strip()}" is too much: a certificate is judged as it was last seen')
        return CERTIFICATE_PERIOD, text
    if not found:
        return DEFAULT_PERIOD, text
    written = found["period"].strip()
    if not written:
        raise ValueError("there is no period behind `over`; write one, such as over 5m")
    period = parse_duration(written)
    if not SHORTEST_PERIOD <= period <= LONGEST_PERIOD:
        allowed = f"{format_duration(SHORTEST_PERIOD)} to {format_duration(LONGEST_PERIOD)}"
        raise ValueError(f"the period must be {allowed}; it is {written}")
    return period, text[found.end() :]


def _no_condition(text: str) -> ValueError:
    word = re.split(r"[ (<>=!]", text, maxsplit=1)[0]
    if text in ("up", "well"):
        return ValueError(f'"{text}" is no trouble; {_ADVICE}')
    if text.startswith("status "):
        return ValueError(
            f'"{text[:60]}" is an expectation of one response; write such as count(status 5xx) over 5m > 0'
        )
    if found := _FOR_IN_A_SENTENCE.search(text):
        return ValueError(f'"{text[:60]}" is no condition; how long stands beside it: for: {found["long"]}')
    if several := _SEVERAL.search(text):
        return ValueError(f'"{text[:60]}" is more than one condition; write {_GATHERED[several[1]]}: […, …] instead')
    if text[:1].isdigit():
        return ValueError(f'"{text[:60]}" says not how it is compared; write such as "> {text[:60]}"')
    if word in (*NAMES, "status", "failure") or word.startswith("phase."):
        return ValueError(f'"{text[:60]}" doesn\'t say what of it; write such as {_example(word)}')
    return ValueError(f'"{text[:60]}" is no condition{did_you_mean(text, _WORDS) or "; " + _ADVICE}')


def _example(name: str) -> str:
    if name in ("failure", "errors", "unknown", "results"):
        return f"count({'failure timeout' if name == 'failure' else name}) over 5m > 3"
    return f"p95({name}) over 5m > {'64KiB' if name.startswith('bytes') else '800ms'}"
