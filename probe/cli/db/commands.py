"""What `probe db` takes. As everywhere, a command's work is imported only when it runs."""

from __future__ import annotations

import typer

from probe.cli.arguments import DEFAULT_CONFIG, ConfigOption

db = typer.Typer(help="Look after the store.", no_args_is_help=True)


@db.command()
def upgrade(config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Bring the store's schema to this version's; stop the daemon first. Does nothing when there is nothing to do."""
    from probe.cli.db.upgrade import upgrade_command

    upgrade_command(config)
