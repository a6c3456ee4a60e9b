"""Store to where objectives stand, in one call: what `probe slo` does."""

from __future__ import annotations

from probe.runtime.sla import SlaJob, subjects_of
from probe.slo.standing import Standings, burn_periods, standings
from probe.store import Store


def stand(job: SlaJob, store: Store) -> Standings:
    """Where the objectives of the job's checks and APIs stand at the end of its period.

    Args:
        job: over its period the present burn rate is taken.

    Raises:
        StoreError: the store can't be read.
    """
    asked = job.asked
    wanted = [facts for facts in job.checks if facts.id in job.wanted]
    apis = {facts.api for facts in wanted}
    held = [each for facts in wanted for each in facts.objectives]
    held += [each for api in job.apis if api.id in apis for each in api.objectives]
    subjects = subjects_of(job, store, also=burn_periods(held, asked))
    return Standings(
        asked=asked,
        checks=tuple(each for subject in subjects.checks for each in standings(subject, asked)),
        apis=tuple(each for subject in subjects.apis for each in standings(subject, asked)),
    )
