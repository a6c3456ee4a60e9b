"""B8: a large file, and the smallest command."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from bench.daemon import checks_file
from bench.figure import Figure
from bench.processes import Target, cpu_of_command

RUNS: Final = 3


def loading() -> Iterator[Figure]:
    """CPU of whole commands."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "checks.yaml").write_text(checks_file(Target(port=1), 10_000, interval="30s"))
        load = median(cpu_of_command("validate", folder=folder) for _ in range(RUNS))
        help_ = median(cpu_of_command("--help", folder=folder) for _ in range(RUNS))
    yield Figure(budget="B8", what="load a file of 10,000 checks", measured=f"{load:.2f} s CPU", allowed="3 s")
    yield Figure(budget="B8", what="probe --help", measured=f"{help_:.2f} s CPU", allowed="0.3 s")
