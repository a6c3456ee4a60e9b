"""Where an answer goes that nobody reads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import write_checks


def test_a_reader_that_has_enough_is_no_bad_news(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /}")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        run = subprocess.run(
            [sys.executable, "-m", "probe", "validate"],
            cwd=tmp_path,
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (run.returncode, run.stderr) == (0, b"")


def test_an_answer_that_nobody_wants_is_none(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /}")
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path}/probe.db")):
        pass
    command = f"{sys.executable} -m probe sla --format csv >&-"
    run = subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, check=False)
    assert (run.returncode, run.stderr) == (0, b"")
