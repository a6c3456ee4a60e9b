"""What `probe slo` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from probe.cli.arguments import DEFAULT_CONFIG, ApiOption, CheckOption, ConfigOption, LabelOption, LocationOption


def slo(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    to: Annotated[str | None, typer.Option(metavar="DATE|TIME", help="The moment at which they stand so; now.")] = None,
    burn: Annotated[
        str, typer.Option(metavar="DURATION", help="Over which time up to then the present burn rate is taken.")
    ] = "1d",
    check: CheckOption = None,
    api: ApiOption = None,
    label: LabelOption = None,
    location: LocationOption = None,
    format_: Annotated[
        str, typer.Option("--format", metavar="table|json|csv|openslo", help="How they are printed.")
    ] = "table",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 when one is missed, or its budget burns too fast.")
    ] = False,
) -> None:
    """Print where service level objectives stand: error budgets, burn rates, and when they run out."""
    from probe.cli.selection import Selection
    from probe.cli.slo.slo import Asked, slo_command

    selection = Selection(checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ()))
    slo_command(
        config, Asked(to=to, burn=burn, selection=selection, location=location, kind=format_, exit_code=exit_code)
    )
