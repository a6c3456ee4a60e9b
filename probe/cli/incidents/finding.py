"""An incident by its name."""

from __future__ import annotations

from probe.cli.incidents.asked import Ref
from probe.cli.selection import look_up
from probe.model.errors import ConfigurationError
from probe.model.units import SECOND, Micros, to_iso
from probe.runtime.incidents import Detail, detail_at, nearest, open_detail
from probe.runtime.sla import SlaJob
from probe.store import Store


def find(job: SlaJob, store: Store, ref: Ref) -> Detail:
    """The incident that a person means.

    Raises:
        ConfigurationError: there is none; the message names the one that is nearest.
    """
    look_up("check", [ref.check], {*store.checks(), *(facts.id for facts in job.checks)})
    found = open_detail(job, store, ref.check) if ref.moment is None else _at(job, store, ref.check, ref.moment)
    if found is None:
        raise _none(job, store, ref)
    return found


def _at(job: SlaJob, store: Store, check: str, moment: Micros) -> Detail | None:
    """A moment to the second, as `probe incidents` prints it, means all of that second."""
    found = detail_at(job, store, check, moment)
    return detail_at(job, store, check, moment + SECOND - 1) if found is None and moment % SECOND == 0 else found


def _none(job: SlaJob, store: Store, ref: Ref) -> ConfigurationError:
    what = "has no open incident" if ref.moment is None else f"has no incident at {to_iso(ref.moment)}"
    near = nearest(job, store, ref.check, job.now if ref.moment is None else ref.moment)
    hint = f"; the nearest is {ref.check}@{to_iso(near.start)}" if near else ""
    return ConfigurationError(f"{ref.check} {what}{hint}")
