"""Whether what is known of outages would be the same with more of the past, or with more of what came after.

Readers go back, and on, only a little; these say when they must go further.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from probe.alerting.outages import UNSURE, Policy, Standing, advance
from probe.model.incident import Outage
from probe.model.result import State
from probe.model.run import Run
from probe.model.units import Micros


def is_sure(runs: Iterable[Run], policy: Policy, before: Micros) -> bool:
    """Whether outages from a moment on, and all that they follow closely on, are the same whatever was before the runs.

    So it is if for longer than a gap no outage was open: up to that moment, or to the first slot after it that is down.
    """
    since: Micros | None = None
    for run, calm in _calm(runs, policy):
        if since is not None and run.start - since > policy.gap:
            return True
        if run.start >= before and (since is None or run.state is State.DOWN):
            return False
        since = None if calm is None else (calm if since is None else since)
        if since is not None and run.last - since > policy.gap:
            return True
    return since is not None


def is_over(ended: Sequence[Outage], standing: Standing, until: Micros, policy: Policy) -> bool:
    """Whether no slot from `until` on changes anything of these outages, or follows closely on them."""
    end = ended[-1].end if ended else None
    return standing.is_settled and (end is None or until - end > policy.gap)


def _calm(runs: Iterable[Run], policy: Policy) -> Iterator[tuple[Run, Micros | None]]:
    """Each run, and a moment in it since when it is sure that no outage is open, nor may turn out to be."""
    standing = UNSURE
    for run in runs:
        standing, _ = advance(standing, run, policy)
        is_calm = standing.sure_since is not None and standing.is_settled
        yield run, max(run.start, standing.sure_since or 0) if is_calm else None
