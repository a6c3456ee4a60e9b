"""The disk that loses its power, and what is read of a process's calls: both must be right for the rest to mean anything."""

from __future__ import annotations

from pathlib import Path, PurePath
from random import Random
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.crash.disk import Link, Operation, Rename, Sync, SyncNames, Truncate, Unlink, Write, after_the_cut
from tests.crash.tracing import traced

PLACE: Final = PurePath("/d")
FILE: Final = PLACE / "f"
NAMED: Final[list[Operation]] = [Link(FILE, 0), SyncNames(PLACE)]


@st.composite
def changes(draw: st.DrawFn) -> Write | Truncate:
    if draw(st.booleans()):
        return Truncate(0, draw(st.integers(0, 3_000)))
    size = draw(st.integers(1, 2_000))
    return Write(0, draw(st.integers(0, 3_000)), bytes([draw(st.integers(1, 255))]) * size)


def outcomes(history: list[Operation], tries: int = 200) -> set[tuple[tuple[str, bytes], ...]]:
    images = (after_the_cut(history, Random(seed)) for seed in range(tries))
    return {tuple(sorted((path.name, content) for path, content in image.items())) for image in images}


@given(st.lists(changes(), max_size=6), st.integers())
def test_what_was_synced_is_there_whatever_happens(written: list[Write | Truncate], seed: int) -> None:
    content = bytearray()
    for item in written:
        if isinstance(item, Write):
            content.extend(bytes(max(0, item.offset - len(content))))
            content[item.offset : item.offset + len(item.data)] = item.data
        else:
            content[:] = content[: item.size].ljust(item.size, b"\0")
    assert after_the_cut([*NAMED, *written, Sync(0)], Random(seed)) == {FILE: bytes(content)}


def test_what_was_not_synced_may_be_there_or_not_or_in_part() -> None:
    first, second = Write(0, 0, b"a" * 1024), Write(0, 1024, b"b" * 512)
    seen = outcomes([*NAMED, first, second])
    for content in (b"", first.data, first.data + second.data, bytes(1024) + second.data, b"a" * 512):
        assert (("f", content),) in seen


def test_a_write_is_torn_at_the_borders_of_sectors() -> None:
    seen = outcomes([*NAMED, Write(0, 0, bytes(600)), Sync(0), Write(0, 500, b"x" * 100)])
    assert {content[500:512] for ((_, content),) in seen} == {bytes(12), b"x" * 12}
    assert all(content[512:] in (bytes(88), b"x" * 88) for ((_, content),) in seen)


def test_a_new_name_is_sure_only_once_its_directory_was_synced() -> None:
    written: list[Operation] = [Link(FILE, 0), Write(0, 0, b"x"), Sync(0)]
    assert outcomes(written) == {(), (("f", b"x"),)}
    assert outcomes([*written, SyncNames(PLACE)]) == {(("f", b"x"),)}
    assert outcomes([*written, SyncNames(PLACE), Unlink(FILE)]) == {(), (("f", b"x"),)}


def test_a_rename_happens_or_not_but_never_by_halves() -> None:
    both: list[Operation] = [Link(FILE, 0), Link(PLACE / "new", 1), Write(1, 0, b"x"), Sync(1), SyncNames(PLACE)]
    assert outcomes([*both, Rename(PLACE / "new", FILE)]) == {(("f", b""), ("new", b"x")), (("f", b"x"),)}


def test_a_file_in_a_directory_that_is_not_sure_is_not_sure_either() -> None:
    inner = PLACE / "new" / "f"
    assert () in outcomes([Link(PLACE / "new", None), Link(inner, 0), SyncNames(inner.parent)])


def test_the_trace_tells_all_that_the_disk_was_given(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    history = traced(folder, "tests.crash.recording", f"sqlite:///{folder}/probe.db")
    assert after_the_cut(history, Random(0))[folder / "probe.db"] == (folder / "probe.db").read_bytes()
