from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from probe.cli.live import LiveDisplay
from probe.config.load import loads
from probe.model.result import Result, State
from probe.model.settings import Settings
from probe.runtime.rendering import Rendered


def settings(count: int = 3) -> Settings:
    checks = "".join(f"      check-{number}: {{get: /}}\n" for number in range(count))
    text = f"version: 1\nlisten: 127.0.0.1:9115\napis:\n  shop:\n    base_url: http://127.0.0.1\n    checks:\n{checks}"
    return loads(text.encode(), file="checks.yaml", environment={}, folder=Path("/srv"))


def shown(display: LiveDisplay) -> str:
    console = Console(file=StringIO(), width=140, height=30)
    console.print(display._render())
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def result(check: str, state: State, detail: str | None = None) -> Result:
    return Result(
        check=check, location="default", scheduled_at=0, state=state, http_status=200, latency_us=1_500, detail=detail
    )


def test_it_shows_each_check_with_its_last_result() -> None:
    loaded = settings()
    display = LiveDisplay(loaded)
    display.observe(loaded.checks[0], result("shop/check-0", State.UP))
    text = shown(display)
    assert "● 1 up   3 checks, 1 results" in text
    assert "1.5 ms" in text
    assert text.count("waiting for its first slot") == 2


def test_what_is_wrong_stands_first_with_its_reason() -> None:
    loaded = settings()
    display = LiveDisplay(loaded)
    display.observe(loaded.checks[0], result("shop/check-0", State.UP))
    display.observe(loaded.checks[2], result("shop/check-2", State.DOWN, "expected status == 200, found 500"))
    text = shown(display)
    assert text.index("shop/check-2") < text.index("shop/check-0")
    assert "expected status == 200, found 500" in text


def test_it_says_where_the_report_is() -> None:
    display = LiveDisplay(settings())
    assert "the first report is being written" in shown(display)
    display.report_written(Rendered(pages=3, changed=3, index="/srv/reports/index.html"))
    assert "report: /srv/reports/index.html   also at http://127.0.0.1:9115/" in shown(display)


def test_many_checks_do_not_overflow_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "20")
    text = shown(LiveDisplay(settings(100)))
    assert text.count("\n") <= 20
    assert "and 88 more" in text


def test_a_reload_shows_the_new_checks_and_forgets_the_gone() -> None:
    display = LiveDisplay(settings(3))
    display.observe(settings(3).checks[0], result("shop/check-0", State.UP))
    display.reload(settings(1))
    display.observe(settings(3).checks[2], result("shop/check-2", State.UP))
    text = shown(display)
    assert "1 checks" in text
    assert "shop/check-0" in text
    assert "shop/check-2" not in text


def test_a_narrow_terminal_still_shows_state_status_and_latency() -> None:
    loaded = settings(1)
    display = LiveDisplay(loaded)
    for _ in range(40):
        display.observe(loaded.checks[0], result("shop/check-0", State.DOWN, "expected status == 200, found 500"))
    console = Console(file=StringIO(), width=80, height=24)
    console.print(display._render())
    assert isinstance(console.file, StringIO)
    row = next(line for line in console.file.getvalue().splitlines() if "check-0" in line)
    assert all(text in row for text in ("✖", "200", "1.5 ms", "expected"))


def test_markup_of_a_target_is_shown_as_text() -> None:
    loaded = settings()
    display = LiveDisplay(loaded)
    display.observe(loaded.checks[0], result("shop/check-0", State.DOWN, "[bold]boo[/bold] [link=http://x]"))
    assert "[bold]boo[/bold] [link=http://x]" in shown(display)
