"""What `probe silence` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from probe.cli.arguments import DEFAULT_CONFIG, AuthorOption, ConfigOption

silence = typer.Typer(
    help="Keep alerts from being told for a while; what is measured still counts. The daemon may run meanwhile.",
    no_args_is_help=True,
)

TableOption: TypeAlias = Annotated[str, typer.Option("--format", metavar="table|json", help="How it is printed.")]


@silence.command()
def add(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Alerts of all checks, and of probe itself.")] = False,
    check: Annotated[list[str] | None, typer.Option(metavar="ID", help="Of this check; may be repeated.")] = None,
    api: Annotated[list[str] | None, typer.Option(metavar="ID", help="Of this API's checks; may be repeated.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Only checks with this label; may be repeated.")
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only alerts of this rule; may be repeated.")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE|TIME", help="Its first moment; now unless told otherwise.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE|TIME", help="The first moment after it.")] = None,
    for_: Annotated[
        str | None, typer.Option("--for", metavar="DURATION", help="How long, such as 2h; instead of --until.")
    ] = None,
    comment: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why; who asks why nothing was told is told this.")
    ] = None,
    author: AuthorOption = None,
) -> None:
    """Silence alerts. Those that still go on when it ends are told then."""
    from probe.cli.maintenance.asked import AskedScope
    from probe.cli.silence.add import AskedSilence, add_command

    scope = AskedScope(is_all=all_, checks=tuple(check or ()), apis=tuple(api or ()), labels=tuple(label or ()))
    asked = AskedSilence(
        scope=scope, rules=tuple(rule or ()), start=from_, until=until, length=for_, comment=comment, author=author
    )
    add_command(config, asked)


@silence.command(name="list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    format_: TableOption = "table",
) -> None:
    """Print the silences that hold, and those to come."""
    from probe.cli.silence.list import list_command

    list_command(config, format_, with_past=all_)


@silence.command()
def end(
    silence_id: Annotated[
        str, typer.Argument(metavar="ID", help="Which; see `probe silence list`.", show_default=False)
    ],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    author: AuthorOption = None,
) -> None:
    """End a silence now: alerts of it that go on are told."""
    from probe.cli.silence.end import end_command

    end_command(config, silence_id, author)
