"""A PostgreSQL database into an archive, by the server's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from probe.model.errors import ConfigurationError, StoreError
from probe.store.address import Address
from probe.store.engine import BUSY_SECONDS, make_engine
from probe.store.faults import unreachable

_LONGEST: Final = 300


def back_up(address: Address, copy: Path, _progress: Callable[[int, int], None]) -> None:
    """Dumps the database as of one moment, and reads the archive through.

    Raises:
        ConfigurationError: `pg_dump` or `pg_restore` is missing, or older than the server.
        StoreError: the server refused.
    """
    dump, restore = _program("pg_dump", address), _program("pg_restore", address)
    where = _environment(address)
    ended = _run([dump, "--format=custom", "--no-password", f"--file={copy}"], where)
    if ended.returncode:
        raise unreachable(address, _words(ended, address), "see that this user may read every table of it")
    ended = _run([restore, f"--file={os.devnull}", str(copy)], where)
    if ended.returncode:
        raise StoreError(f"the archive is damaged: {_words(ended, address)}; try again")


def _program(name: str, address: Address) -> str:
    """The path of a client program that can talk to the server."""
    path = shutil.which(name)
    server = _server_version(address)
    if path is None:
        raise ConfigurationError(f"{name} isn't installed: install the package postgresql-client-{server}")
    told = _run([path, "--version"], os.environ).stdout
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", told)
    if found and int(found[1]) < server:
        raise ConfigurationError(
            f"{path} is of version {found[1]}, the server of {server}: install the package postgresql-client-{server}"
        )
    return path


def _server_version(address: Address) -> int:
    engine = make_engine(address)
    try:
        with engine.connect() as connection:
            number = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    finally:
        engine.dispose()
    return int(number) // 10_000


def _environment(address: Address) -> Mapping[str, str]:
    """libpq's variables for all that the URL says: what stands in arguments can be read by everybody on the machine."""
    from psycopg.pq import Conninfo

    _, said = make_engine(address).dialect.create_connect_args(address.url)
    variables = {option.keyword.decode(): option.envvar.decode() for option in Conninfo.get_defaults() if option.envvar}
    told = {variables[key]: str(value) for key, value in said.items() if key in variables and value is not None}
    return {**os.environ, "PGCONNECT_TIMEOUT": str(BUSY_SECONDS), "PGAPPNAME": "probe", **told}


def _run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # no shell, and nothing of a target's
        command, env=dict(environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def _words(ended: subprocess.CompletedProcess[str], address: Address) -> str:
    """What the program said, on one line, without secrets."""
    return " ".join(address.redactor.redact(ended.stderr).split())[:_LONGEST].rstrip(".")
