"""`probe schema`: the JSON Schema of the file."""

from __future__ import annotations

import json

import typer

from probe.config.schema import json_schema


def schema_command() -> None:
    """Print it."""
    typer.echo(json.dumps(json_schema(), indent=2))
