"""The spool on real disks: torn, full, locked, damaged."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from probe.model.errors import ConfigurationError
from probe.model.result import AssertionOutcome, Result, State, Transcript, Verdict
from probe.model.sample import FailureKind, Phases
from probe.model.settings import SpoolSettings
from probe.runtime import segments as segments_module
from probe.runtime.runs import Run
from probe.runtime.spool import Spool, SpoolFailed
from tests.fakes.results import results as any_results

DOWN = Result(
    check="shop/home",
    location="default",
    scheduled_at=1_800_000_000_000_000,
    state=State.DOWN,
    failure=FailureKind.ASSERTION,
    detail="expected status == 200, found 503",
    http_status=503,
    latency_us=12_345,
    phases=Phases(connect=1_000, wait=9_000),
    bytes_sent=100,
    bytes_received=200,
    attempts=3,
    address="127.0.0.1:443",
    outcomes=(AssertionOutcome(expectation="status == 200", verdict=Verdict.FAILED, actual="503"),),
    definition="0123456789abcdef",
)


def at(slot: int, body: str = "") -> Result:
    transcript = Transcript(request="GET / HTTP/1.1", body=body) if body else None
    return replace(DOWN, scheduled_at=slot, transcript=transcript)


@contextmanager
def opened(directory: Path, limit: int = 1 << 30) -> Iterator[Spool]:
    with closing(Spool.open(SpoolSettings(directory=str(directory), limit=limit))) as spool:
        yield spool


def drained(spool: Spool) -> tuple[list[Result], int]:
    """Everything in it, in order, and how many were lost."""
    found, lost = list[Result](), 0
    while segment := spool.oldest():
        for batch in segment.batches(7):
            found += batch
        lost += segment.lost
        spool.remove(segment)
    assert (spool.lines, spool.size) == (0, 0)
    return found, lost


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@settings(max_examples=50)
@given(st.lists(any_results(), max_size=6), st.integers(1, 3))
def test_results_come_back_as_they_were_over_a_restart(results: list[Result], group: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        with opened(Path(place)) as spool:
            for first in range(0, len(results), group):
                spool.append(results[first : first + group])
        with opened(Path(place)) as spool:
            assert spool.lines == len(results)
            by_key = {(item.check, item.location, item.scheduled_at) for item in results}
            found, lost = drained(spool)
            assert lost == 0
            if len(by_key) == len(results):  # evidence is joined by key
                assert found == results


def test_a_run_of_ten_thousand_slots_takes_a_line(directory: Path) -> None:
    run = Run("shop/home", "default", "d", FailureKind.MISSED, 5, 60, 10_000)
    with opened(directory) as spool:
        spool.append([at(1)], [run])
        assert spool.lines == 2
        assert spool.size < 1_000
        found, _ = drained(spool)
    assert found == [at(1), *run.results()]


def test_what_is_set_aside_counts_for_the_next_process_only_and_goes_when_it_is_stored(directory: Path) -> None:
    runs = [Run("shop/home", "default", "d", FailureKind.NOT_RUNNING, 5, 60, count) for count in (10_000, 3)]
    with opened(directory) as spool:
        done = spool.set_aside(runs[:1])
        spool.set_aside(runs[1:])
        spool.remove(done)
        assert spool.oldest() is None
        assert spool.lines == 0
    with opened(directory) as spool:
        assert drained(spool) == ([*runs[1].results()], 0)


def test_nobody_else_may_read_it(directory: Path) -> None:
    with opened(directory) as spool:
        spool.append([at(1, "secret")])
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in directory.iterdir()} == {0o600}


def test_it_goes_on_in_a_new_segment_when_one_is_full(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments_module, "FULL", 1_000)
    with opened(directory) as spool:
        for slot in range(20):
            spool.append([at(slot, "body")])
        assert len(list(directory.glob("*.results"))) > 3
        found, _ = drained(spool)
    assert found == [at(slot, "body") for slot in range(20)]
    assert [file.name for file in directory.iterdir()] == ["lock"]


def test_what_is_being_replayed_gets_nothing_more(directory: Path) -> None:
    with opened(directory) as spool:
        spool.append([at(1)])
        first = spool.oldest()
        spool.append([at(2)])
        assert first
        assert [item for batch in first.batches(9) for item in batch] == [at(1)]
        spool.remove(first)
        assert drained(spool) == ([at(2)], 0)


LINES = 4


@given(st.data())
def test_a_tail_torn_at_any_byte_costs_the_torn_record_only(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        with opened(Path(place)) as spool:
            for slot in range(LINES):
                spool.append([at(slot)])
        (file,) = Path(place).glob("*.results")
        content = file.read_bytes()
        cut = data.draw(st.integers(1, len(content)))
        file.write_bytes(content[:cut])
        whole, torn = content[:cut].count(b"\n"), not content[:cut].endswith(b"\n")
        is_whole = torn and content[cut : cut + 1] == b"\n"  # all but the end of the line is there
        with opened(Path(place)) as spool, structlog.testing.capture_logs() as events:
            assert drained(spool) == ([at(slot) for slot in range(whole + is_whole)], int(torn and not is_whole))
        told = [(event["log_level"], event["file"], event["line"]) for event in events]
        assert told == ([("error", str(file), whole + 1)] if torn and not is_whole else [])


@given(st.data())
def test_one_wrong_byte_in_the_middle_costs_one_record(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        with opened(Path(place)) as spool:
            spool.append([at(slot) for slot in range(LINES)])
        (file,) = Path(place).glob("*.results")
        content = bytearray(file.read_bytes())
        where = data.draw(st.integers(0, len(content) - 1))
        content[where] ^= data.draw(st.integers(1, 255))
        file.write_bytes(content)
        with opened(Path(place)) as spool, structlog.testing.capture_logs() as events:
            found, lost = drained(spool)
        assert all(item in [at(slot) for slot in range(LINES)] for item in found)
        assert LINES - 2 <= len(found) < LINES or where == len(content) - 1
        assert lost in (0, 1, 2)
        assert lost == len(events)


def test_of_a_file_full_of_rubbish_a_few_lines_are_told_and_all_are_counted(directory: Path) -> None:
    with opened(directory) as spool:
        spool.append([at(1)])
    (directory / "00000002.results").write_bytes(os.urandom(20_000).replace(b"\n", b"") + b"\n" + b"x\n" * 99)
    with opened(directory) as spool, structlog.testing.capture_logs() as events:
        assert drained(spool) == ([at(1)], 100)
    assert len(events) == 10


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        "a",
        1,
        ["run"],
        ["result", 1],
        ["run", "a", "b", "c", "none", 1, 1, 1],
        ["run", "a", "b", "c", "lost", 1, 1, 10**12],
    ],
)
def test_a_line_that_says_something_else_is_one_that_is_lost(directory: Path, value: object) -> None:
    text = json.dumps(value).encode()
    directory.mkdir()
    (directory / "00000001.results").write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
    with opened(directory) as spool:
        assert drained(spool) == ([], 1)
    assert (directory / "00000001.unreadable").exists(), "a later version of probe may know what it is"


def test_a_number_that_no_store_holds_costs_its_line_only(directory: Path) -> None:
    with opened(directory) as spool:
        spool.append([at(1), at(2), at(3)])
    (file,) = directory.glob("*.results")
    first, second, third = file.read_bytes().splitlines(keepends=True)
    text = second[9:].replace(str(at(2).scheduled_at).encode(), str(1 << 80).encode())
    file.write_bytes(b"".join([first, b"%08x %s" % (zlib.crc32(text.rstrip()), text), third]))
    with opened(directory) as spool:
        assert drained(spool) == ([at(1), at(3)], 1)


def test_results_outlive_their_evidence(directory: Path) -> None:
    with opened(directory) as spool:
        spool.append([at(1, "a"), at(2, "b"), at(3, "c")])
    (file,) = directory.glob("*.evidence")
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"rubbish\n" + lines[2][:-9])
    with opened(directory) as spool:
        assert drained(spool) == ([at(1, "a"), at(2), at(3)], 0)


def test_files_that_are_deleted_under_it_are_lost_aloud(directory: Path) -> None:
    with opened(directory) as spool:
        spool.append([at(1), at(2)])
        shutil.rmtree(directory)
        spool.append([at(3)])
        with structlog.testing.capture_logs() as events:
            assert drained(spool) == ([at(3)], 2)
    assert events[0]["lost"] == 2


def test_two_may_not_use_one_directory(directory: Path) -> None:
    with (
        opened(directory),
        pytest.raises(ConfigurationError, match=rf"in use by another probe \(process {os.getpid()}\)"),
    ):
        Spool.open(SpoolSettings(directory=str(directory)))
    with opened(directory):
        pass


def test_a_place_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "spool", tmp_path / "none" / "spool"):
        with pytest.raises(ConfigurationError, match=r"spool .* can't be used: .*; mend that, or name another"):
            Spool.open(SpoolSettings(directory=str(place)))


def test_at_its_limit_the_oldest_evidence_goes_first_and_no_result_before_all_of_it(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments_module, "FULL", 4_000)
    with opened(directory, limit=20_000) as spool:
        kept = fill(spool)
        assert not list(directory.glob("*.evidence"))
        assert 15_000 < spool.size <= 20_000
        assert [replace(item, transcript=None) for item in drained(spool)[0]] == kept
        spool.append([at(99, "there is room again")])
        assert drained(spool) == ([at(99, "there is room again")], 0)


def fill(spool: Spool) -> list[Result]:
    """Until it takes no more; what it took, without its evidence."""
    kept: list[Result] = []
    for slot in range(10_000):
        try:
            spool.append([at(slot, "body" * 100)])
        except SpoolFailed:
            return kept
        kept.append(at(slot))
    raise AssertionError("it is never full")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_on_a_full_disk_the_oldest_evidence_goes_first_and_nothing_that_was_taken_is_lost(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments_module, "FULL", 40_000)
    with opened(small_disk / "spool") as spool:
        kept = fill(spool)
        with pytest.raises(SpoolFailed, match=os.strerror(errno.ENOSPC)):
            spool.append([at(10_000)])
    with opened(small_disk / "spool") as spool:
        found, lost = drained(spool)
    assert [replace(item, transcript=None) for item in found] == kept
    assert lost == 0


def test_room_that_others_free_is_used(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(250_000))
    with opened(small_disk / "spool") as spool:
        kept = fill(spool)
        (small_disk / "ballast").unlink()
        spool.append([at(10_001, "more")])
        found, lost = drained(spool)
    assert ([replace(item, transcript=None) for item in found], lost) == ([*kept, at(10_001)], 0)


WRITES = """
import sys
from pathlib import Path
from tests.integration.runtime.test_spool import at, opened
with opened(Path(sys.argv[1])) as spool:
    for slot in range(1_000_000):
        spool.append([at(slot, "body")])
        print(slot, flush=True)
"""


def test_what_was_taken_is_there_after_a_kill(directory: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITES, str(directory)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        taken = []
        for line in process.stdout:
            taken.append(int(line))
            if len(taken) == 50:
                process.send_signal(signal.SIGKILL)
    with opened(directory) as spool:
        found, lost = drained(spool)
    assert [item.scheduled_at for item in found][: len(taken)] == taken
    assert len(found) + lost - len(taken) in (0, 1)


LIMITED = """
import resource, sys
from pathlib import Path
from probe.runtime.spool import SpoolFailed
from tests.integration.runtime.test_spool import at, drained, fill, opened
with opened(Path(sys.argv[1])) as spool:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
    for slot in range(100):
        spool.append([at(slot)])
    try:
        spool.append([at(slot) for slot in range(1_000)])
    except SpoolFailed as error:
        print(error)
    found, lost = drained(spool)
    print(len(found), lost)
"""


def test_a_limit_of_the_size_of_files_is_lived_with(directory: Path) -> None:
    run = subprocess.run([sys.executable, "-c", LIMITED, str(directory)], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == [os.strerror(errno.EFBIG), "100 0"]


def test_on_a_disk_that_is_full_at_the_start_what_is_left_can_be_replayed(small_disk: Path) -> None:
    with opened(small_disk / "spool") as spool:
        spool.append([at(1), at(2)])
    with suppress(OSError), (small_disk / "ballast").open("wb", buffering=0) as ballast:
        while True:
            ballast.write(bytes(4096))
    with opened(small_disk / "spool") as spool:
        with pytest.raises(SpoolFailed):
            spool.append([at(3)])
        assert drained(spool) == ([at(1), at(2)], 0)
