"""The commands that end by themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from probe.demo.sample_api import SampleApi
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import EVER, run_probe, write_checks

CANARY = "c4nary-t0ken"


async def test_check_prints_and_exits_0_when_all_are_up(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(tmp_path, shop.http_url, "list: {get: /orders}")
    run = await run_probe("check", folder=tmp_path)
    assert run.status == 0
    assert "shop/list" in run.output
    assert "200" in run.output
    assert not (tmp_path / "probe.db").exists()


async def test_check_exits_1_when_one_is_down(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(
        tmp_path, shop.http_url, "list: {get: /orders}\nbroken: {get: /payments/refunds, confirm: {retries: 0}}"
    )
    assert (await run_probe("check", folder=tmp_path)).status == 1
    assert (await run_probe("check", "shop/list", folder=tmp_path)).status == 0
    assert shop.requests["/payments/refunds"] == 1


async def test_check_json_is_one_documented_object_a_line(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(
        tmp_path, shop.http_url, "list: {get: /orders}\nbroken: {get: /payments/refunds, confirm: {retries: 0}}"
    )
    run = await run_probe("check", "--json", folder=tmp_path)
    up, down = (json.loads(line) for line in run.output.splitlines())
    assert (up["check"], up["state"], up["http_status"], up["failure"]) == ("shop/list", "up", 200, None)
    assert up["latency_ms"] >= sum(up["phases_ms"].values()) - 0.01
    assert up["scheduled_at"].endswith("Z")
    assert (down["state"], down["failure"], down["detail"]) == ("down", "assertion", "expected status < 400, found 500")
    assert down["expectations"] == [{"expectation": "status < 400", "verdict": "failed", "actual": "500"}]
    assert up["evidence"]["connection"].startswith("address: 127.0.0.1:")
    assert [up["evidence"][part] for part in ("request", "response", "body")] == ["", "", ""]
    assert (up["http_version"], up["tls"]) == ("HTTP/1.1", None)
    assert down["evidence"]["request"].startswith("GET /payments/refunds HTTP/1.1\n")
    assert list(down["evidence"]) == ["connection", "request", "response", "body"]


async def test_check_tells_what_went_to_and_fro_when_asked(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(
        tmp_path, shop.http_url, "list: {get: /orders}\nbroken: {get: /payments/refunds, confirm: {retries: 0}}"
    )
    told = await run_probe("check", "--verbose", folder=tmp_path)
    assert "\nshop/broken: request\nGET /payments/refunds HTTP/1.1\n" in told.output
    assert "\nshop/broken: response\nHTTP/1.1 500\n" in told.output
    assert 'shop/broken: body\n{"status": "error"' in told.output
    assert "\nshop/list: connection\naddress: 127.0.0.1:" in told.output
    assert "shop/list: request" not in told.output
    assert "HTTP/1.1" not in (await run_probe("check", "shop/broken", folder=tmp_path)).output


async def test_a_secret_is_in_no_output_no_row_and_no_page(shop: SampleApi, tmp_path: Path) -> None:
    checks = (
        'echo: {post: /cart, json: {token: "${env:CANARY}"}, headers: {x-key: "${env:CANARY}"}, expect: [json $.nothing == x, \'body contains never\']}\n'
        'query: {get: /orders, query: {key: "${env:CANARY}"}, auth: {bearer: "${env:CANARY}"}, expect: [status == 201]}\n'
    )
    write_checks(tmp_path, shop.http_url, checks)
    run = await run_probe("check", "--json", folder=tmp_path, CANARY=CANARY)
    daemon = await run_probe("demo", "-c", "checks.yaml", "--port", "0", "--for", "6s", folder=tmp_path, CANARY=CANARY)
    assert daemon.status == 0
    pages = "".join(path.read_text() for path in (tmp_path / "reports").rglob("*.html"))
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("probe.db*") if path.is_file())
    assert "shop/echo" in run.output + pages
    for place in (run.output, run.errors, daemon.output, daemon.errors, pages, stored.decode("latin-1")):
        assert CANARY not in place


async def test_validate_says_what_the_file_comes_to(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /, interval: 30s}")
    run = await run_probe("validate", folder=tmp_path)
    assert (run.status, run.output) == (0, "checks.yaml: fine; 1 API, 1 check, 2 requests a minute\n")
    run = await run_probe("validate", "--format", "json", folder=tmp_path)
    assert json.loads(run.output) == {
        "valid": True, "apis": 1, "checks": 1, "requests_per_minute": 2.0, "channels": 0, "alerts": 0, "warnings": [],
    }  # fmt: skip


async def test_validate_warns_of_what_is_hardly_meant_and_is_content(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /}", more="retention: {hour: 90d}")
    run = await run_probe("validate", folder=tmp_path)
    assert (run.status, run.output) == (0, "checks.yaml: fine; 1 API, 1 check, 1 request a minute\n")
    assert run.errors.startswith("checks.yaml:3:13: retention.hour: warning: SLA figures are exact")
    as_json = await run_probe("validate", "--format", "json", folder=tmp_path)
    assert json.loads(as_json.output)["warnings"] == run.errors.splitlines()


async def test_the_file_may_be_named_without_an_option(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /}")
    (tmp_path / "checks.yaml").rename(tmp_path / "mine.yaml")
    run = await run_probe("validate", "mine.yaml", folder=tmp_path)
    assert (run.status, run.output) == (0, "mine.yaml: fine; 1 API, 1 check, 1 request a minute\n")


async def test_a_result_is_one_line_in_a_pipe(shop: SampleApi, tmp_path: Path) -> None:
    write_checks(
        tmp_path,
        shop.http_url,
        "list: {get: /orders, confirm: {retries: 0}, expect: ['body contains \"" + "x" * 300 + "\"']}",
    )
    run = await run_probe("check", folder=tmp_path)
    assert run.status == 1
    assert len(run.output.splitlines()) == 2
    assert run.errors == ""


async def test_validate_lists_mistakes_for_machines(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /, interval: 30}")
    run = await run_probe("validate", "--format", "json", folder=tmp_path)
    found = json.loads(run.output)
    assert run.status == 2
    assert not found["valid"]
    assert found["problems"][0]["path"] == "apis.shop.checks.list.interval"


async def test_schema_is_json_schema(tmp_path: Path) -> None:
    schema = json.loads((await run_probe("schema", folder=tmp_path)).output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["additionalProperties"] is False


async def test_the_demo_runs_on_the_bundled_file_and_ends_by_itself(tmp_path: Path) -> None:
    run = await run_probe("demo", "--port", "0", "--for", "6s", folder=tmp_path, PROBE_STORE="sqlite:///demo.db")
    assert run.status == 0, run.errors
    assert "reports/index.html" in run.errors
    assert "The sample shop" in (tmp_path / "reports" / "index.html").read_text()


async def test_simulated_history_is_marked_wherever_it_is_shown(tmp_path: Path) -> None:
    run = await run_probe("demo", "--port", "0", "--history", "3d", "--for", "1s", folder=tmp_path)
    assert run.status == 0, run.errors
    pages = list((tmp_path / "reports" / "simulated").rglob("*.html"))
    assert len(pages) > 10
    assert all("Simulated history" in page.read_text() for page in pages)
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path}/probe-demo-history.db"), create=False) as store:
        assert store.simulated_until()
        assert len(list(store.records("orders/list", start=0, end=EVER))) > 3 * 288 - 3
    assert not (tmp_path / "probe.db").exists()


async def test_simulated_history_never_replaces_measured_results(tmp_path: Path) -> None:
    with open_store(Sensitive.plain(f"sqlite:///{tmp_path}/probe-demo-history.db")):
        pass
    run = await run_probe("demo", "--port", "0", "--history", "1d", "--for", "1s", folder=tmp_path)
    assert run.status == 2
    assert "holds results that were measured" in run.errors


def test_an_answer_that_finds_no_room_is_told_in_a_line(tmp_path: Path) -> None:
    write_checks(tmp_path, "http://127.0.0.1:1", "list: {get: /}")
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "probe", "validate"], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert run.stderr == b"the answer can't be written: No space left on device; free some disk space\n"
    assert run.returncode == 2
