"""The charts of a check's recent past. Where nothing was measured nothing is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo
from itertools import accumulate
from typing import Final

from probe.model.result import State
from probe.model.sample import PHASES
from probe.model.units import MILLISECOND, Micros, format_size
from probe.report.frame import DEPTH, PLOT_HEIGHT, UNIT, Chart, Key, Timeline, bands, framed, share
from probe.report.scales import Scale, ticks
from probe.report.svg import path, title
from probe.report.words import clock_text, duration_text, latency_text
from probe.slo.history import NO_RESPONSE, STATUS_CLASSES, Bucket, History
from probe.slo.percentiles import Latency

_LINES: Final[tuple[tuple[str, Callable[[Latency], Micros]], ...]] = (
    ("max", lambda latency: latency.maximum),
    ("p99", lambda latency: latency.p99),
    ("p95", lambda latency: latency.p95),
    ("p50", lambda latency: latency.p50),
)
_PAD: Final = 1  # of UNIT, on either side of a column
_STRIP: Final = 5  # pixels
_LEAST_LINE: Final = 3


def timeline(history: History, zone: tzinfo) -> Timeline:
    """The time axis of a check's recent buckets. A bucket is a gap when its whole time is unknown, not when it is
    merely between two runs of a check that runs seldom."""
    buckets = history.recent
    return Timeline(
        resolution=history.resolution,
        starts=tuple(bucket.start for bucket in buckets),
        end=buckets[-1].end,
        zone=zone,
        gaps=tuple(i for i, time in enumerate(history.recent_times) if time.unknown and not time.known),
    )


def charts(history: History, zone: tzinfo) -> tuple[Chart, ...]:
    """All four, in reading order."""
    axis = timeline(history, zone)
    return tuple(draw(history.recent, axis) for draw in (latency, phases, statuses, traffic))


def latency(buckets: Sequence[Bucket], axis: Timeline) -> Chart:
    """Percentiles of responses, the highest value faintly; a strip on top marks runs that were not up."""
    known = [bucket.latency for bucket in buckets if bucket.latency]
    levels = ticks(0, max((item.maximum for item in known), default=MILLISECOND))
    scale = Scale(low=0, high=levels[-1], size=DEPTH)
    stretches = _stretches(buckets, axis)
    drawn = "".join(
        _line(name, [[(x, scale.place(of(seen))) for x, seen in part] for part in stretches]) for name, of in _LINES
    )
    gist = f"Latency: no responses in the last {axis.length}"
    if known:
        medians = [item.p50 for item in known]
        gist = (
            f"Latency: median {latency_text(min(medians))} to {latency_text(max(medians))}, "
            f"p95 up to {latency_text(max(item.p95 for item in known))}, "
            f"highest {latency_text(max(item.maximum for item in known))}"
        )
    return Chart(
        name="Latency",
        note=f"of responses, percentiles of {axis.width} each" if known else f"no responses in the last {axis.length}",
        gist=gist + _gap_words(axis),
        drawing=framed(
            "Latency", gist + _gap_words(axis),
            timeline=axis, levels=levels, label=latency_text, data=drawn,
            over=_strips(buckets) + _spots(buckets, axis),
        ),
        keys=tuple(Key(kind=f"l {name}", name=name) for name, _ in reversed(_LINES)),
    )  # fmt: skip


def phases(buckets: Sequence[Bucket], axis: Timeline) -> Chart:
    """Where the time goes: mean of each phase, stacked in the order in which they happen."""
    seen = [name for name in PHASES if any(name in bucket.phases for bucket in buckets)]
    rows = [[bucket.phases.get(name, 0.0) for name in seen] for bucket in buckets]
    return _stacked(
        "Phases", f"mean of each phase in {axis.width}", rows, axis, label=latency_text,
        keys=[Key(kind=f"s {name}", name=name) for name in seen],
        gist=f"Phases: {_largest(seen, rows)}" if seen else f"Phases: no responses in the last {axis.length}",
    )  # fmt: skip


def statuses(buckets: Sequence[Bucket], axis: Timeline) -> Chart:
    """Runs by class of HTTP status; `none` where no response came."""
    seen = [name for name in STATUS_CLASSES if any(name in bucket.classes for bucket in buckets)]
    rows = [[float(bucket.classes.get(name, 0)) for name in seen] for bucket in buckets]
    counts = [sum(row[index] for row in rows) for index in range(len(seen))]
    said = ", ".join(f"{int(count):,} {_class_name(name)}" for name, count in zip(seen, counts, strict=True))
    return _stacked(
        "Status", f"runs in {axis.width}", rows, axis, label=lambda value: f"{value:,.0f}", smallest=1,
        keys=[Key(kind=f"s c{name}", name=_class_name(name)) for name in seen],
        gist=f"Status of runs: {said}" if seen else f"Status: no runs in the last {axis.length}",
    )  # fmt: skip


def traffic(buckets: Sequence[Bucket], axis: Timeline) -> Chart:
    """Bytes on the wire: received upwards, sent downwards."""
    received = [bucket.bytes_received for bucket in buckets]
    sent = [bucket.bytes_sent for bucket in buckets]
    levels = ticks(-max(sent, default=0), max(received, default=0), steps=3, smallest=1)
    scale = Scale(low=levels[0], high=levels[-1], size=DEPTH)
    zero = scale.place(0)
    drawn = path("s received", _columns((zero, scale.place(value)) for value in received))
    drawn += path("s sent", _columns((scale.place(-value), zero) for value in sent))
    gist = f"Traffic: {format_size(sum(received))} received, {format_size(sum(sent))} sent"
    return Chart(
        name="Traffic",
        note=f"bytes on the wire in {axis.width}",
        gist=gist,
        drawing=framed(
            "Traffic", gist, timeline=axis, levels=levels, data=drawn,
            label=lambda value: format_size(int(abs(value))),
        ),
        keys=(Key(kind="s received", name="received ↑"), Key(kind="s sent", name="sent ↓")),
    )  # fmt: skip


def _stacked(
    name: str,
    note: str,
    rows: Sequence[Sequence[float]],
    axis: Timeline,
    *,
    label: Callable[[float], str],
    keys: Sequence[Key],
    gist: str,
    smallest: float = 0.0,
) -> Chart:
    levels = ticks(0, max(map(sum, rows), default=0), smallest=smallest)
    scale = Scale(low=0, high=levels[-1], size=DEPTH)
    edges = [[scale.place(value) for value in accumulate(row, initial=0.0)] for row in rows]
    drawn = "".join(
        path(key.kind, _columns((column[index], column[index + 1]) for column in edges))
        for index, key in enumerate(keys)
    )
    framing = framed(name, gist, timeline=axis, levels=levels, label=label, data=drawn)
    return Chart(name=name, note=note, gist=gist, drawing=framing, keys=tuple(keys))


def _columns(edges: Iterable[tuple[int, int]]) -> list[str]:
    """One rectangle a bucket from `bottom` up to `top`; none where they are the same."""
    width = UNIT - 2 * _PAD
    return [
        f"M{index * UNIT + _PAD} {bottom}h{width}V{top}h-{width}z"
        for index, (bottom, top) in enumerate(edges)
        if bottom != top
    ]


def _stretches(buckets: Sequence[Bucket], axis: Timeline) -> list[list[tuple[int, Latency]]]:
    """What a line may join: the middles of buckets with responses, parted by gaps and by runs without any."""
    found, gaps = [list[tuple[int, Latency]]()], set(axis.gaps)
    for index, bucket in enumerate(buckets):
        if bucket.latency:
            found[-1].append((index * UNIT + UNIT // 2, bucket.latency))
        elif index in gaps or bucket.runs:
            found.append([])
    return [part for part in found if part]


def _line(name: str, stretches: Iterable[Sequence[tuple[int, int]]]) -> str:
    """A stretch of one or two points is dots: a line through them would tell of a trend that nobody measured."""
    lines, dots = list[str](), list[str]()
    for part in stretches:
        if len(part) < _LEAST_LINE:
            dots += [f"M{x} {y}h0" for x, y in part]
        else:
            lines.append("M" + "L".join(f"{x} {y}" for x, y in part))
    return path(f"l {name}", lines) + path(f"l {name} dot", dots)


def _strips(buckets: Sequence[Bucket]) -> str:
    down = [i for i, bucket in enumerate(buckets) if bucket.states.get(State.DOWN)]
    degraded = [
        i for i, bucket in enumerate(buckets)
        if bucket.states.get(State.DEGRADED) and not bucket.states.get(State.DOWN)
    ]  # fmt: skip
    marks = (("strip g", degraded), ("strip d", down))
    return "".join(bands(kind, found, len(buckets), y=-_STRIP, height=_STRIP) for kind, found in marks)


def _spots(buckets: Sequence[Bucket], axis: Timeline) -> str:
    """What a pointer shows over each bucket."""
    size = f'width="{share(1, axis.count)}" height="{PLOT_HEIGHT}"'
    return "".join(
        f'<rect class="spot" x="{share(index, axis.count)}" {size}>{title(_sentence(bucket, axis.zone))}</rect>'
        for index, bucket in enumerate(buckets)
        if bucket.runs
    )


def _sentence(bucket: Bucket, zone: tzinfo) -> str:
    states = ", ".join(f"{count} {state}" for state, count in sorted(bucket.states.items()))
    said = f"{clock_text(bucket.start, zone)}: {states}"
    if bucket.latency:
        said += f"; p50 {latency_text(bucket.latency.p50)}, p99 {latency_text(bucket.latency.p99)}"
    return said


def _largest(seen: Sequence[str], rows: Sequence[Sequence[float]]) -> str:
    sums = [sum(row[index] for row in rows) for index in range(len(seen))]
    index = max(range(len(seen)), key=sums.__getitem__)
    whole = sum(sums)
    return f"most of the time goes to {seen[index]}" + (f", {sums[index] * 100 / whole:.0f}% of it" if whole else "")


def _class_name(name: str) -> str:
    return "no response" if name == NO_RESPONSE else name


def _gap_words(axis: Timeline) -> str:
    unknown = len(axis.gaps) * axis.resolution.width
    return f"; nothing is known of {duration_text(unknown)}" if unknown else ""
