"""What `probe db` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from probe.cli.arguments import DEFAULT_CONFIG, ConfigOption, FormatOption

db = typer.Typer(help="Look after the store.", no_args_is_help=True)


@db.command()
def upgrade(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Bring the store's schema to this version's; stop the daemon first. Does nothing when there is nothing to do."""
    from probe.cli.db.upgrade import upgrade_command

    upgrade_command(config)


@db.command()
def check(config: ConfigOption = DEFAULT_CONFIG, format_: FormatOption = "text") -> None:
    """Look the store over and say what is wrong in it; exit 1 when anything is. The daemon may run meanwhile."""
    from probe.cli.db.check import check_command

    check_command(config, format_)


@db.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to make.", show_default=False)],
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there already.")] = False,
) -> None:
    """Copy the whole store into a file, as of one moment; the daemon may run meanwhile."""
    from probe.cli.db.backup import backup_command

    backup_command(config, target, force=force)


@db.command()
def purge(
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Delete what is past its retention now, in short transactions: the daemon may run meanwhile."""
    from probe.cli.db.purge import purge_command

    purge_command(config, dry_run=dry_run)
