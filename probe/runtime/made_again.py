"""A report of service levels, made again by what it says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from probe import __version__
from probe.model.settings import Settings
from probe.report.sla import (
    Document,
    Inputs,
    document_of,
)
from probe.runtime.sla import SlaJob
from probe.runtime.sla_report import SlaReportJob, sla_report
from probe.store import Store

BESIDE: Final = (".notes", ".cause_text", ".latency_is_exact")
"""No figures: what people said may have grown, and words may have changed."""


class Held(NamedTuple):
    """A report beside itself, made again."""

    document: Document
    inputs: Inputs
    again: Document
    settings: Settings
    store: Store


def job_of(inputs: Inputs) -> SlaJob:
    """What a report says that it was computed by, as of when it was made."""
    return SlaJob(
        period=inputs.period,
        now=inputs.made_at,
        zone=ZoneInfo(inputs.timezone),
        location=inputs.location,
        rules=inputs.rules,
        checks=inputs.checks,
        apis=inputs.apis,
        wanted=inputs.wanted,
        windows=inputs.windows,
    )


def made_again(inputs: Inputs, job: SlaJob, store: Store) -> Document:
    """The same report; of APIs that it doesn't tell of, because not all of their checks are in it, it tells no more now."""
    made = sla_report(
        SlaReportJob(
            sla=job,
            title=inputs.title,
            version=__version__,
            timezone=inputs.timezone,
            file=inputs.file,
            file_digest=inputs.file_digest,
        ),
        store,
    )
    told = tuple(level for level in made.assessed.apis if level.id in inputs.apis_told)
    return document_of(replace(made, assessed=replace(made.assessed, apis=told)))
