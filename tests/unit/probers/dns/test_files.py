from __future__ import annotations

import os
from pathlib import Path

import pytest

from probe.probers.dns.files import Watched, read_hosts


def test_names_and_aliases_of_both_families() -> None:
    hosts = read_hosts(
        """
        127.0.0.1 localhost runner # the machine itself
        10.0.0.1\tapi.Internal  api
        2001:DB8:0::1 api
        10.0.0.2 api
        10.0.0.2 api
        """
    )
    assert hosts["api"] == ("10.0.0.1", "2001:db8::1", "10.0.0.2")
    assert hosts["api.internal"] == ("10.0.0.1",)
    assert "the" not in hosts


@pytest.mark.parametrize("text", ["", "#10.0.0.1 a", "10.0.0.1", "nonsense a", "10.0.0.999 a", "\0", "10.0.0.1#a b"])
def test_lines_that_say_nothing(text: str) -> None:
    assert read_hosts(text) == {}


def test_a_file_is_read_again_when_it_has_changed_and_some_seconds_have_passed(tmp_path: Path) -> None:
    file = tmp_path / "hosts"
    reads = []

    def read(text: str) -> str:
        reads.append(text)
        return text

    watched = Watched(file, read)
    assert watched.content(0.0) == ""
    file.write_text("first")
    assert [watched.content(now) for now in (1.0, 2.9, 3.0, 6.0)] == ["", "", "first", "first"]
    file.write_text("other")
    os.utime(file, ns=(1, 1))
    assert [watched.content(now) for now in (7.0, 9.0)] == ["first", "other"]
    file.unlink()
    assert watched.content(12.0) == ""
    assert reads == ["", "first", "other", ""]


def test_a_file_that_cannot_be_read_is_an_empty_one(tmp_path: Path) -> None:
    assert Watched(tmp_path, str.upper).content(0.0) == ""
    (tmp_path / "odd").write_bytes(b"\xff\xfe ok")
    assert "OK" in Watched(tmp_path / "odd", str.upper).content(0.0)
