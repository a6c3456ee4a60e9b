"""Control targets that are real servers, and go away and come back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from probe.model.result import Result, State
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.settings import Control
from probe.model.units import MILLISECOND, MINUTE
from tests.fakes.servers import EMPTY_OK, Authority, Server, answers, serving
from tests.integration.runtime.measuring import World, asking, world


class Host:
    """A host that answers, or swallows what is sent to it, as one behind a network that is down does."""

    def __init__(self) -> None:
        self.is_away = False
        self.requests = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_away:
            await asyncio.Event().wait()
        self.requests += 1
        await answers(EMPTY_OK)(reader, writer)


async def swallow(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def control(*urls: str) -> Control:
    targets = tuple(Sensitive.plain(url) for url in urls)
    return Control(targets=targets, timeout=200 * MILLISECOND, every=MINUTE)


async def measured(made: World, target: Server) -> Result:
    (result,) = await made.run(asking(target.url(), timeout=200 * MILLISECOND))
    return result


async def test_a_target_is_down_only_while_a_control_target_answers() -> None:
    host = Host()
    async with serving(swallow) as target, serving(host) as other, world(control=control(other.url())) as made:
        assert (await measured(made, target)).state is State.DOWN
        host.is_away = True
        result = await measured(made, target)
        assert (result.state, result.failure) == (State.UNKNOWN, FailureKind.PROBER_FAULT)
        assert str(result.detail).startswith("no complete response within 200ms: stopped while waiting")
        assert str(result.detail).endswith(
            "; no control target could be reached either, so probe's own network is to blame"
        )
        assert made.control.silent_since is not None
        host.is_away = False
        await asyncio.sleep(0.1)  # silence is believed for the pause between two requests
        assert (await measured(made, target)).state is State.DOWN
        assert made.control.silent_since is None


async def test_many_that_fail_at_once_make_one_request() -> None:
    host = Host()
    async with (
        serving(swallow) as target,
        serving(host) as other,
        world(control=control(other.url()), pause=5.0) as made,
    ):
        while not host.requests:
            await asyncio.sleep(0.01)
        checks = [asking(target.url(), f"shop/c{number}", timeout=200 * MILLISECOND) for number in range(50)]
        results = await made.run(*checks)
        assert {result.state for result in results} == {State.DOWN}
        assert host.requests == 2


async def test_an_error_a_refusal_and_a_bad_certificate_are_answers(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    error = answers(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n")
    async with serving(answers(EMPTY_OK)) as gone:
        refused = gone.url()
    async with (
        serving(swallow) as target,
        serving(error) as busy,
        serving(answers(EMPTY_OK), tls=authority.context()) as untrusted,
    ):
        for url in (refused, busy.url(), untrusted.url()):
            async with world(control=control(url)) as made:
                assert (await measured(made, target)).state is State.DOWN


async def test_a_refused_target_asks_nobody() -> None:
    host = Host()
    host.is_away = True
    async with serving(answers(EMPTY_OK)) as gone:
        refused = gone
    async with serving(host) as other, world(control=control(other.url())) as made:
        result = await measured(made, refused)
    assert (result.state, result.failure) == (State.DOWN, FailureKind.REFUSED)


async def test_a_control_target_that_hangs_holds_up_nobody() -> None:
    async with (
        serving(swallow) as target,
        serving(swallow) as hanging,
        serving(answers(EMPTY_OK)) as other,
        world(control=control(hanging.url(), other.url())) as made,
    ):
        assert (await measured(made, target)).state is State.DOWN
        assert dict(made.control.states())[f"127.0.0.1:{other.port}"] is True
