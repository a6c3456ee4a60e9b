"""Checks measured once, with the same doubts and the same manners as the daemon's."""

from __future__ import annotations

import asyncio
from pathlib import Path

from probe.config.load import loads
from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.runtime.once import measure_once
from tests.fakes.servers import EMPTY_OK, Authority, answers, serving


async def swallow(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def measured(url: str, folder: Path, *, more: str = "", checks: int = 1) -> list[Result]:
    named = "".join(
        f"      c{number}: {{get: /, timeout: 300ms, confirm: {{retries: 0}}}}\n" for number in range(checks)
    )
    text = f"version: 1\n{more}\napis:\n  shop:\n    base_url: {url.rstrip('/')}\n    checks:\n{named}"
    settings = loads(text.encode(), file="checks.yaml", environment={}, folder=folder)
    return await measure_once(settings.checks, settings)


async def test_a_target_that_fails_is_down_unless_the_control_target_fails_too(tmp_path: Path) -> None:
    async with serving(swallow) as target, serving(answers(EMPTY_OK)) as other:
        (alone,) = await measured(target.url(), tmp_path)
        (blamed,) = await measured(target.url(), tmp_path, more=f"control: {{targets: ['{other.url()}']}}")
        silent = f"control: {{targets: ['{target.url()}'], timeout: 200ms}}"
        (doubted,) = await measured(target.url(), tmp_path, more=silent)
    assert [alone.state, blamed.state, doubted.state] == [State.DOWN, State.DOWN, State.UNKNOWN]
    assert doubted.failure is FailureKind.PROBER_FAULT


async def test_an_up_check_tells_of_its_certificate_but_of_no_secret_in_it(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = authority.context("127.0.0.1", "canary-tok3n.example")
    async with serving(answers(EMPTY_OK), tls=context) as target:
        url = target.url(host="127.0.0.1").rstrip("/")
        text = f"""
            version: 1
            defaults: {{headers: {{x-key: "${{env:KEY}}"}}, tls: {{ca_file: {authority.ca_file}}}}}
            apis: {{shop: {{base_url: "{url}", checks: {{home: {{get: /}}}}}}}}
        """
        settings = loads(text.encode(), file="c.yaml", environment={"KEY": "CanAry-Tok3n"}, folder=tmp_path)
        (result,) = await measure_once(settings.checks, settings)
    assert result.state is State.UP
    assert result.tls is not None
    assert set(result.tls.leaf.names) == {"127.0.0.1", "***.example"}
    assert result.transcript is not None
    assert "\n  names: " in result.transcript.connection
    assert "tok3n" not in repr(result).lower()


async def test_no_more_are_asked_at_once_than_a_host_may_be_asked(tmp_path: Path) -> None:
    open_now = most = 0

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await asyncio.sleep(0.02)
        open_now -= 1
        await answers(EMPTY_OK)(reader, writer)

    async with serving(slow) as target:
        results = await measured(target.url(), tmp_path, more="max_per_host: 2", checks=10)
    assert most == 2
    assert {result.state for result in results} == {State.UP}
    assert {result.lateness_us for result in results} == {0}
