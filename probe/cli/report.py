"""`probe report`: the site, now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from probe.cli.waiting import tell_waiting
from probe.config.load import load
from probe.report import check_writable
from probe.runtime.clock import SystemClock
from probe.runtime.rendering import RenderJob, render_site


def report_command(config: Path, output: Path | None) -> None:
    """Render, and say where."""
    settings = load(config, needs_secrets=False)
    if output:
        settings = replace(settings, report=replace(settings.report, directory=str(output)))
    check_writable(Path(settings.report.directory))
    tell_waiting(settings.spool)
    rendered = render_site(RenderJob.of(settings, now=SystemClock().now()))
    typer.echo(f"{rendered.index}: {rendered.pages} pages, {rendered.changed} changed")
