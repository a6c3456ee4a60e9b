from __future__ import annotations

from pathlib import Path

import pytest

from probe.model.errors import ConfigurationError
from probe.model.sensitive import Sensitive
from probe.store.address import parse_address


@pytest.mark.parametrize(
    ("url", "file"),
    [("sqlite:///probe.db", "probe.db"), ("sqlite:////var/lib/a@b.db", "/var/lib/a@b.db")],
)
def test_a_file_is_named_as_it_was_written(url: str, file: str) -> None:
    address = parse_address(Sensitive.plain(url))
    assert (address.name, address.file) == (url, Path(file))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_is_spoken_through_psycopg(scheme: str) -> None:
    address = parse_address(Sensitive.plain(f"{scheme}://probe:pw@db:5432/probe?sslmode=require"))
    assert address.url.drivername == "postgresql+psycopg"
    assert address.url.password == "pw"
    assert address.file is None
    assert address.name == f"{scheme}://***@db:5432/probe"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///probe.db?mode=ro", "takes a file and no options"),
        ("sqlite+aiosqlite:///probe.db", "takes a file and no options"),
        ("mysql://u:canary@h/d", "keeps its results in no such thing"),
        ("postgresql+asyncpg://u:canary@h/d", "keeps its results in no such thing"),
        ("postgres:/u:canary@h", "is not a URL"),
        ("postgresql://u:canary@h:port/d", "is not a URL"),
        ("u:canary@h", "is not a URL"),
        ("", "is not a URL"),
    ],
)
def test_what_is_no_store_is_refused_without_its_password(url: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as refused:
        parse_address(Sensitive.plain(url))
    assert "sqlite:///FILE" in str(refused.value)
    assert "canary" not in str(refused.value)


def test_what_came_from_the_environment_is_masked_and_the_rest_is_told() -> None:
    address = parse_address(
        Sensitive("postgresql://ann:hidden@db.internal/probe", "postgresql://ann:${env:P}@${env:H}/probe")
    )
    told = address.redactor.redact('server at db.internal: user "ann" hidden, database "probe"')
    assert told == 'server at ***: user "ann" ***, database "probe"'
    assert "hidden" not in repr(address)
