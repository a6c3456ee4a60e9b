"""A file of checks, results that are brought in, and the command as people give it, in this very process."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias
from unittest.mock import patch

from probe.cli.main import main
from tests.reference.calendar import EPOCH, micros
from tests.reference.past import Seen

Json: TypeAlias = str | int | float | bool | list["Json"] | dict[str, "Json"] | None
Tree: TypeAlias = Mapping[str, object]
"""What a file of checks says."""

MILLISECOND: Final = 1_000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

NOWHERE: Final = "http://127.0.0.1:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the command said."""

    status: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A folder with a `checks.yaml`, and what the command finds in its environment."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def write(self, tree: Tree) -> None:
        """The file of checks: JSON is YAML."""
        (self.folder / "checks.yaml").write_text(json.dumps({"version": 1, **tree}, indent=1))

    def probe(self, *arguments: str) -> Answer:
        """Run the command, and take down what it says."""
        output, errors = io.BytesIO(), io.BytesIO()
        with (
            chdir(self.folder),
            patch.dict("os.environ", self.environment),
            patch.object(sys, "argv", ["probe", *arguments]),
            redirect_stdout(io.TextIOWrapper(output, "utf-8", write_through=True)) as standard,
            redirect_stderr(io.TextIOWrapper(errors, "utf-8", write_through=True)) as error,
        ):
            status = _status()
            told = Answer(status=status, output=output.getvalue().decode(), errors=errors.getvalue().decode())
            standard.detach()
            error.detach()
        return told

    def bring_in(self, lines: Iterable[str]) -> None:
        """`probe import results`, which must take every line."""
        (self.folder / "history.ndjson").write_text("\n".join(lines))
        answer = self.probe("import", "results", "history.ndjson")
        assert (answer.status, answer.errors) == (0, ""), answer

    def json(self, *arguments: str) -> dict[str, Json]:
        """What a command says in JSON."""
        answer = self.probe(*arguments, "--format", "json")
        assert (answer.status, answer.errors) == (0, ""), answer
        told: dict[str, Json] = json.loads(answer.output)
        return told


def _status() -> int:
    try:
        main()
    except SystemExit as end:
        code = end.code or 0
    else:
        code = 0
    assert isinstance(code, int)
    return code


def line(check: str, seen: Seen) -> str:
    """A result as `probe import results` takes it."""
    told = {
        "check": check,
        "scheduled_at": iso(seen.at),
        "state": seen.state,
        "interval_ms": seen.interval / 1_000,
        "latency_ms": None if seen.latency is None else seen.latency / 1_000,
        "http_status": seen.status,
        "failure": seen.failure,
    }
    return json.dumps(told)


def moment(text: str) -> int:
    """RFC 3339 in microseconds since the epoch."""
    return micros(datetime.fromisoformat(text))


def iso(when: int) -> str:
    """RFC 3339 in UTC, with microseconds where there are any."""
    return (EPOCH + timedelta(microseconds=when)).isoformat().replace("+00:00", "Z")
