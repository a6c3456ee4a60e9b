"""The `probe` command. Each command's work is imported only when it runs, so that `--help` is quick."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn, cast

import typer
from typer.core import TyperGroup

from probe import __version__
from probe.cli.alerts.commands import alerts
from probe.cli.arguments import DEFAULT_CONFIG, ConfigOption, FileArgument, FormatOption, LogOption
from probe.cli.db.commands import db
from probe.cli.deliveries.commands import deliveries
from probe.cli.exporting.commands import export
from probe.cli.importing.commands import imports
from probe.cli.incidents.commands import ack, incidents
from probe.cli.maintenance.commands import maintenance
from probe.cli.silence.commands import silence
from probe.cli.sla.commands import sla
from probe.cli.slo.commands import slo

NOT_WRITTEN: Final = 2
INTERNAL_ERROR: Final = 4
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Root(TyperGroup):
    """All commands. To Click a reader that has enough, as in `probe sla | head`, is exit status 1; here that means bad news."""

    def invoke(self, ctx: object) -> object:
        """Run the command."""
        try:
            return super().invoke(cast(typer.Context, ctx))
        except BrokenPipeError:
            _discard_output()
            raise typer.Exit from None


app = typer.Typer(
    name="probe",
    cls=_Root,
    help="Measure APIs at regular intervals, and report what was found.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit status: 0 fine; 1 the answer is “not fine”; 2 usage or configuration; 3 store unreachable; 4 internal error.",
)


@app.callback(invoke_without_command=True)
def root(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Measure APIs at regular intervals, and report what was found."""
    if version:
        typer.echo(f"probe {__version__}")
        raise typer.Exit


@app.command()
def run(file: FileArgument = None, config: ConfigOption = DEFAULT_CONFIG, log_format: LogOption = "text") -> None:
    """Measure until told to stop: the daemon. SIGHUP reloads the file, SIGTERM ends cleanly."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a reload that comes before the daemon can take it must not end it

    from probe.cli.run import run_command

    run_command(file or config, log_format)


@app.command()
def check(
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID...", help="Such as orders/list-orders; all when none is named."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Print how each was connected to, and what went to and fro with each that isn't up."
        ),
    ] = False,
) -> None:
    """Run the checks once, now, and print them; exit 1 when one is down."""
    from probe.cli.check import check_command

    check_command(config, ids or [], as_json=json, verbose=verbose)


@app.command()
def validate(
    file: FileArgument = None,
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = "text",
) -> None:
    """Look the file over and name every mistake in it; nothing is started."""
    from probe.cli.validate import validate_command

    validate_command(file or config, format_)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the file, for editors."""
    from probe.cli.schema import schema_command

    schema_command()


@app.command()
def report(
    file: FileArgument = None,
    config: ConfigOption = DEFAULT_CONFIG,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIRECTORY", help="Instead of report.directory."),
    ] = None,
) -> None:
    """Render the site now, from what is stored."""
    from probe.cli.report import report_command

    report_command(file or config, output)


@app.command()
def demo(
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Instead of the bundled checks.yaml."),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            "--history",
            metavar="DURATION",
            help="First fill a database of its own with simulated history, such as 90d.",
        ),
    ] = None,
    duration: Annotated[
        str | None,
        typer.Option("--for", metavar="DURATION", help="End by itself after so long, such as 30s."),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            min=0,
            max=65535,
            help="Of the sample API, its HTTPS 363 above; 0 takes free ports for all.",
        ),
    ] = 18080,
    log_format: LogOption = "text",
) -> None:
    """Start a sample API on this machine, and watch it: nothing leaves it."""
    from probe.cli.demo import demo_command

    demo_command(config, history=history, duration=duration, port=port, log_format=log_format)


app.command()(sla)
app.command()(slo)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .json or .html file of a report.")],
    config: ConfigOption = DEFAULT_CONFIG,
    format_: FormatOption = "text",
) -> None:
    """Compute every figure of a service level report again, and say what differs; exit 1 when anything does."""
    from probe.cli.verify import verify_command

    verify_command(file, config, format_)


app.command()(export)
app.add_typer(incidents, name="incidents")
app.command()(ack)
app.add_typer(alerts, name="alerts")
app.add_typer(silence, name="silence")
app.add_typer(imports, name="import")
app.add_typer(maintenance, name="maintenance")
app.add_typer(deliveries, name="deliveries")
app.add_typer(db, name="db")


def main() -> None:
    """The entry point: a mistake is told in a line and an exit status, never in a traceback."""
    from probe.model.errors import ProbeError

    sys.stdout = sys.stdout or Path(os.devnull).open("w")  # noqa: SIM115  # a parent may close it; no file must be taken for it
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that knows ASCII only still gets its answer
    try:
        app()
    except ProbeError as error:
        from probe.report.words import visible

        typer.echo(visible(f"{error}"), err=True)  # it quotes files that others wrote
        sys.exit(error.exit_status)
    except BrokenPipeError:  # while the last of it is written
        _discard_output()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            _crash()
        _discard_output()
        typer.echo(f"the answer can't be written: {error.strerror}; free some disk space", err=True)
        sys.exit(NOT_WRITTEN)
    except Exception:  # noqa: BLE001  # the last resort
        _crash()


def _discard_output() -> None:
    """What still waits to be written is not tried again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _crash() -> NoReturn:
    import traceback

    traceback.print_exc()
    typer.echo("internal error: this is a fault of probe, not yours; please report the lines above", err=True)
    sys.exit(INTERNAL_ERROR)
