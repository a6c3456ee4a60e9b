"""What can't be done is told in one line and an exit status, and nothing is started or written."""

from __future__ import annotations

import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import Run, run_probe, write_checks

CHECK = "list: {get: /, interval: 1s}"
NOWHERE = "http://127.0.0.1:1"


def assert_refused(run: Run, status: int, text: str) -> None:
    assert run.status == status
    assert run.output == ""
    assert run.errors.count("\n") == 1
    assert text in run.errors
    assert "Traceback" not in run.errors


@pytest.mark.parametrize("command", ["run", "check", "validate", "report"])
async def test_every_mistake_of_the_file_is_told_by_every_command(command: str, tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, "list: {get: /, intervall: 1s}\nother: {get: /, timeout: soon}")
    run = await run_probe(command, folder=tmp_path)
    assert run.status == 2
    assert run.errors.splitlines() == [
        'checks.yaml:8:22: apis.shop.checks.list.intervall: unknown key; did you mean "interval"?',
        'checks.yaml:9:23: apis.shop.checks.other.timeout: "soon" is not a duration; write a number and a unit (ms s m h d w), such as 30s or 1h30m',
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["checks.yaml"]


async def test_a_file_does_nothing_to_the_terminal_that_its_mistakes_are_told_on(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, '"li\\e[2Jst": {get: /, "inter\\u202eval": "\\e]0;pwned\\a"}')
    run = await run_probe("validate", folder=tmp_path)
    assert run.status == 2
    assert "li␛[2Jst" in run.errors
    assert all(character.isprintable() or character == "\n" for character in run.errors)


async def test_a_missing_secret_names_its_variable(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, 'list: {get: /, auth: {bearer: "${env:NO_SUCH_TOKEN}"}}')
    assert_refused(await run_probe("run", folder=tmp_path), 2, "the environment variable NO_SUCH_TOKEN is not set")


async def test_a_busy_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        write_checks(tmp_path, NOWHERE, CHECK, more=f"listen: {address}")
        assert_refused(await run_probe("run", folder=tmp_path), 2, f"{address} is in use by another program")
    assert not (tmp_path / "probe.db").exists()


async def test_an_unwritable_report_folder(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file stands in the way")
    write_checks(tmp_path, NOWHERE, CHECK)
    assert_refused(await run_probe("run", folder=tmp_path), 2, "reports")
    assert not (tmp_path / "probe.db").exists()


async def test_a_store_from_a_newer_version(tmp_path: Path) -> None:
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path}/probe.db")):
        pass
    with closing(sqlite3.connect(tmp_path / "probe.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    write_checks(tmp_path, NOWHERE, CHECK)
    assert_refused(await run_probe("run", folder=tmp_path), 3, "later version of probe")


async def test_a_store_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "probe.db").write_text("not a database " * 1000)
    write_checks(tmp_path, NOWHERE, CHECK)
    assert_refused(await run_probe("run", folder=tmp_path), 3, "probe.db")


async def test_a_report_without_a_store(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECK)
    assert_refused(await run_probe("report", folder=tmp_path), 3, "probe run")


async def test_a_postgresql_that_does_not_answer_shows_no_password(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECK)
    run = await run_probe("run", folder=tmp_path, PROBE_STORE="postgresql://probe:c4nary@127.0.0.1:1/probe")
    assert_refused(run, 3, "127.0.0.1")
    assert "c4nary" not in run.errors


async def test_an_unknown_check(tmp_path: Path) -> None:
    write_checks(tmp_path, NOWHERE, CHECK)
    assert_refused(await run_probe("check", "shop/lsit", folder=tmp_path), 2, 'did you mean "shop/list"?')


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("demo", "--history", "90"), "--history"),
        (("demo", "--history", "500d"), "1d to 400d"),
        (("demo", "--for", "soon"), "--for"),
        (("demo", "-c", "missing.yaml"), "missing.yaml"),
        (("run", "--log-format", "xml"), "text or json"),
        (("validate", "--format", "xml"), "text or json"),
    ],
)
async def test_a_wrong_option(arguments: tuple[str, ...], text: str, tmp_path: Path) -> None:
    assert_refused(await run_probe(*arguments, folder=tmp_path), 2, text)
