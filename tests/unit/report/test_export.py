"""Tables as other programs get them: what stands in them, and how it is written in each format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.alerting.outages import Policy, outages_of
from probe.model.check import Confirm
from probe.model.errors import ConfigurationError
from probe.model.ndjson import from_json
from probe.model.result import Record, Result, State
from probe.model.sample import FailureKind, Phases
from probe.model.sla import SlaRules
from probe.model.units import DAY, MINUTE, SECOND
from probe.report.export import RESULTS, TABLES, Destination, Format, Slice
from probe.report.export.columns import AnyTable, Cell, Row
from probe.report.export.files import replacing
from probe.report.export.parquet import GROUP
from probe.report.export.separated import guarded
from probe.slo.availability import StateTime
from probe.slo.histogram import ERROR
from probe.slo.past import Attained, past_of
from probe.slo.periods import Period
from probe.slo.rollup import Figures, of_records
from probe.slo.series import Part, series
from probe.slo.timeline import runs_of, single

T0: Final = 1_793_491_200 * SECOND
KEY: Final = ("2026-11-01T00:00:00Z", "2026-11-01T00:10:00Z", "shop", "shop/list", "default")


def record(minute: int, state: State, status: int | None, latency: int, failure: FailureKind | None = None) -> Record:
    phases = (None, 1_000, None, 100, latency - 1_100, None)
    return Record(T0 + minute * MINUTE, state, failure, status, latency, phases, 100, 1_000, MINUTE)


RECORDS: Final = [
    record(0, State.UP, 200, 10_000),
    record(1, State.UP, 200, 20_000),
    record(2, State.DEGRADED, 200, 60_000),
    record(3, State.DOWN, 503, 30_000, FailureKind.ASSERTION),
    record(4, State.DOWN, None, 5_000_000, FailureKind.TIMEOUT),
    Record(T0 + 5 * MINUTE, State.UNKNOWN, FailureKind.MISSED, None, None, (None,) * 6, 0, 0, MINUTE),
]


def slice_of(
    records: list[Record],
    *,
    length: int = 10 * MINUTE,
    check: str | None = "shop/list",
    maintenance: tuple[Period, ...] = (),
) -> Slice:
    period = Period(T0, T0 + length)
    runs = runs_of(map(single, records))
    outages = outages_of(runs, Policy.of(Confirm(retries=0, after=0), interval=MINUTE))
    past = past_of(runs, outages, maintenance, SlaRules(), interval=MINUTE, until=period.end)
    (part,) = series([(period, of_records(records, start=T0, end=period.end).figures)], past)
    return Slice(api="shop", check=check, location="default", part=part)


def rows(metric: str, item: Slice) -> list[Row]:
    table = TABLES[metric]
    return [tuple(table.texts(row)) for row in table.rows(item)]


def values(metric: str, item: Slice) -> dict[str, Cell]:
    (row,) = rows(metric, item)
    return dict(zip([column.name for column in TABLES[metric].columns], row, strict=True))


def test_usage_counts_by_state_by_status_and_by_failure() -> None:
    found = rows("usage", slice_of(RECORDS))
    assert all(row[:5] == KEY for row in found)
    assert [row[5:] for row in found] == [
        ("state", "up", 2),
        ("state", "degraded", 1),
        ("state", "down", 2),
        ("state", "unknown", 1),
        ("status", "200", 3),
        ("status", "503", 1),
        ("status", "none", 1),
        ("failure", "timeout", 1),
        ("failure", "assertion", 1),
        ("failure", "missed", 1),
    ]


def test_rate_is_of_what_was_measured() -> None:
    found = values("rate", slice_of(RECORDS))
    assert (found["runs"], found["measured"], found["unknown"]) == (6, 5, 1)
    assert found["measured_per_minute"] == 0.5


def test_latency_is_of_responses() -> None:
    found = values("latency", slice_of(RECORDS))
    assert (found["responses"], found["mean_ms"]) == (4, 30.0)
    assert (found["min_ms"], found["max_ms"]) == (10.0, 60.0)
    assert found["p50_ms"] == pytest.approx(20.0, rel=ERROR)


def test_traffic_is_of_all() -> None:
    found = values("traffic", slice_of(RECORDS))
    assert (found["bytes_sent"], found["bytes_received"]) == (500, 5_000)


def test_availability_is_by_time() -> None:
    found = values("availability", slice_of(RECORDS))
    assert [found[f"{state}_seconds"] for state in State] == [120.0, 60.0, 120.0, 300.0]
    assert (found["availability"], found["coverage"], found["worst"], found["best"]) == (0.6, 0.5, 0.3, 0.8)


def test_maintenance_is_apart() -> None:
    found = values("availability", slice_of(RECORDS, maintenance=(Period(T0 + 3 * MINUTE, T0 + 10 * MINUTE),)))
    assert (found["down_seconds"], found["unknown_seconds"], found["maintenance_seconds"]) == (0.0, 0.0, 420.0)
    assert (found["availability"], found["coverage"]) == (1.0, 1.0)


def test_phases_are_means_over_responses() -> None:
    found = values("phases", slice_of(RECORDS))
    assert (found["dns_ms"], found["connect_ms"], found["send_ms"]) == (None, 1.0, 0.1)
    assert found["wait_ms"] == 28.9


def test_what_is_not_known_is_absent_and_never_0() -> None:
    item = slice_of(RECORDS[-1:])
    assert set(list(values("latency", item).values())[6:]) == {None}
    assert set(list(values("phases", item).values())[5:]) == {None}
    found = values("availability", item)
    assert (found["availability"], found["coverage"], found["worst"], found["best"]) == (None, 0.0, 0.0, 1.0)


def test_where_there_is_no_time_there_is_no_ratio() -> None:
    nothing = Attained(None, None, None)
    part = Part(period=Period(T0, T0 + 1), figures=Figures(), time=StateTime(), attained=nothing)
    found = values("availability", Slice(api="shop", check=None, location="default", part=part))
    assert [found[name] for name in ("availability", "coverage", "worst", "best")] == [None] * 4


def written(kind: Format, table: AnyTable, *items: Slice) -> bytes:
    file = io.BytesIO()
    with Destination(kind=kind, output=None, standard=file).opened([table]) as sink:
        for item in items:
            sink.write(TABLES[table.name], item)
    return file.getvalue()


def test_csv_is_what_the_standard_says() -> None:
    text = written(Format.CSV, TABLES["latency"], slice_of(RECORDS[-1:]), slice_of(RECORDS[:1], check=None))
    assert text.decode() == (
        "from,to,api,check,location,responses,mean_ms,min_ms,p50_ms,p90_ms,p95_ms,p99_ms,max_ms\r\n"
        "2026-11-01T00:00:00Z,2026-11-01T00:10:00Z,shop,shop/list,default,0,,,,,,,\r\n"
        "2026-11-01T00:00:00Z,2026-11-01T00:10:00Z,shop,,default,1,10.0,10.0,10.0,10.0,10.0,10.0,10.0\r\n"
    )


def test_json_lines_say_whose_they_are() -> None:
    (line,) = written(Format.NDJSON, TABLES["traffic"], slice_of(RECORDS)).splitlines()
    assert json.loads(line) == {
        "metric": "traffic",
        "from": "2026-11-01T00:00:00Z",
        "to": "2026-11-01T00:10:00Z",
        "api": "shop",
        "check": "shop/list",
        "location": "default",
        "bytes_sent": 500,
        "bytes_received": 5_000,
    }


def test_json_is_one_array_also_where_there_is_nothing() -> None:
    item = slice_of(RECORDS)
    assert len(json.loads(written(Format.JSON, TABLES["usage"], item, item))) == 20
    assert json.loads(written(Format.JSON, TABLES["usage"])) == []


def result(**more: object) -> Result:
    plain: dict[str, object] = {
        "check": "shop/list", "location": "default", "scheduled_at": T0, "state": State.DOWN,
        "failure": FailureKind.TIMEOUT, "latency_us": 1_500, "phases": Phases(dns=250), "address": "192.0.2.1:443",
    }  # fmt: skip
    return Result(**{**plain, **more})  # type: ignore[arg-type]  # as above


def results(kind: Format, *items: Result) -> bytes:
    file = io.BytesIO()
    with Destination(kind=kind, output=None, standard=file).opened([RESULTS]) as sink:
        for item in items:
            sink.write(RESULTS, (item, MINUTE))
    return file.getvalue()


def test_results_are_what_import_takes() -> None:
    (line,) = results(Format.NDJSON, result()).splitlines()
    assert from_json(json.loads(line)) == result()
    assert json.loads(line)["interval_ms"] == 60_000


@given(st.text(st.characters(codec="utf-8")))
def test_csv_is_read_back_as_it_was_but_for_the_guard(detail: str) -> None:
    text = results(Format.CSV, result(detail=detail)).decode()
    heading, row = csv.reader(io.StringIO(text, newline=""))
    found = dict(zip(heading, row, strict=True))
    assert found["detail"].removeprefix("'") == detail.removeprefix("'")
    assert not found["detail"].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0"))
    assert (found["latency_ms"], found["dns_ms"], found["connect_ms"], found["http_status"]) == ("1.5", "0.25", "", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\0=1"])
def test_a_formula_is_no_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["a=1", "", "up", -1, 0, -0.5, None])
def test_what_is_none_stays_as_it_is(cell: Cell) -> None:
    assert guarded(cell) == cell


def test_parquet_has_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with Destination(kind=Format.PARQUET, output=path, standard=io.BytesIO()).opened([TABLES["latency"]]) as sink:
        sink.write(TABLES["latency"], slice_of(RECORDS))
        sink.write(TABLES["latency"], slice_of(RECORDS[-1:]))
    table = pq.read_table(path)
    assert [str(field.type) for field in table.schema][:7] == [
        "timestamp[us, tz=UTC]", "timestamp[us, tz=UTC]", "string", "string", "string", "int64", "double",
    ]  # fmt: skip
    first, second = table.to_pylist()
    assert first["from"].isoformat() == "2026-11-01T00:00:00+00:00"
    assert (first["responses"], first["mean_ms"]) == (4, 30.0)
    assert (second["responses"], second["mean_ms"]) == (0, None)


def test_parquet_is_written_group_by_group(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with Destination(kind=Format.PARQUET, output=path, standard=io.BytesIO()).opened([RESULTS]) as sink:
        for number in range(GROUP + 1):
            sink.write(RESULTS, (result(scheduled_at=number), MINUTE))
    file = pq.ParquetFile(path)
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [GROUP, 1]
    assert file.read().column("scheduled_at").cast("int64").to_pylist() == list(range(GROUP + 1))


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    with Destination(kind=Format.PARQUET, output=tmp_path / "a", standard=io.BytesIO()).opened([TABLES["rate"]]):
        pass
    assert pq.read_table(tmp_path / "a").num_rows == 0


@pytest.mark.parametrize("kind", Format)
def test_several_tables_go_into_a_folder(kind: Format, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    destination = Destination(kind=kind, output=tmp_path / "all", standard=io.BytesIO())
    tables = list(TABLES.values())
    destination.check(tables)
    with destination.opened(tables) as sink:
        for table in tables:
            sink.write(table, slice_of(RECORDS))
    assert {path.name for path in (tmp_path / "all").iterdir()} == {f"{name}.{kind}" for name in TABLES}
    assert all(path.stat().st_size for path in (tmp_path / "all").iterdir())


@pytest.mark.parametrize("kind", [Format.JSON, Format.NDJSON])
def test_several_tables_fit_into_one_file_of_json(kind: Format, tmp_path: Path) -> None:
    with Destination(kind=kind, output=tmp_path / "all", standard=io.BytesIO()).opened(list(TABLES.values())) as sink:
        for table in TABLES.values():
            sink.write(table, slice_of(RECORDS))
    text = (tmp_path / "all").read_text()
    found = json.loads(text) if kind is Format.JSON else [json.loads(line) for line in text.splitlines()]
    assert [each["metric"] for each in found] == ["usage"] * 10 + list(TABLES)[1:]


@pytest.mark.parametrize(
    ("kind", "output", "why"),
    [
        (Format.CSV, None, "csv holds one table a file, and these are 6"),
        (Format.CSV, "a-file", "is a file, and 6 tables need a folder"),
        (Format.PARQUET, None, "Parquet is no text for standard output"),
    ],
)
def test_what_does_not_fit_is_told_before(kind: Format, output: str | None, why: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    destination = Destination(kind=kind, output=tmp_path / output if output else None, standard=io.BytesIO())
    with pytest.raises(ConfigurationError, match=why):
        destination.check(list(TABLES.values()))


@pytest.mark.parametrize("kind", Format)
def test_what_is_broken_off_leaves_what_was_there(kind: Format, tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_text("before")
    table = TABLES["usage"]

    def fail() -> None:
        with Destination(kind=kind, output=path, standard=io.BytesIO()).opened([table]) as sink:
            sink.write(table, slice_of(RECORDS))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_json_that_is_broken_off_on_standard_output_is_no_json() -> None:
    file = io.BytesIO()

    def fail() -> None:
        with Destination(kind=Format.JSON, output=None, standard=file).opened([TABLES["usage"]]) as sink:
            sink.write(TABLES["usage"], slice_of(RECORDS))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with pytest.raises(json.JSONDecodeError):
        json.loads(file.getvalue())


def test_a_folder_that_is_not_there_is_no_place_for_a_file(tmp_path: Path) -> None:
    destination = Destination(kind=Format.CSV, output=tmp_path / "no" / "out.csv", standard=io.BytesIO())
    with (
        pytest.raises(ConfigurationError, match="can't be written: No such file or directory"),
        destination.opened([TABLES["usage"]]),
    ):
        pass


def test_a_link_stays_one_and_a_device_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "link") as file:
        file.write(b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"x"
    with replacing(Path("/dev/null")) as file:
        file.write(b"x")
    assert Path("/dev/null").is_char_device()


def test_a_day_has_a_day_s_rate() -> None:
    assert values("rate", slice_of(RECORDS, length=DAY))["measured_per_minute"] == 5 / (24 * 60)
