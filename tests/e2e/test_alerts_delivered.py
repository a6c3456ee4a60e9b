"""From an outage to a message: the daemon, its alerter, a target and a receiver, and what may come in between."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from probe.model.notification import Delivery, DeliveryState
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import PATIENCE, Daemon, daemon, write_checks
from tests.fakes.receivers.smtp import Mailbox, smtp_server
from tests.fakes.servers import EMPTY_OK, Server, read_request, serving

SECRET: Final = "whsec_" + base64.b64encode(b"a key of thirty-two bytes or so.").decode()
ALERTER: Final = "probe.runtime.alerts.process"
DOWN: Final = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Post:
    """A message as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def is_signed(self) -> bool:
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        content = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")

    @property
    def occasion(self) -> str:
        found: dict[str, Any] = json.loads(self.body)
        return str(found["type"])


@dataclass(slots=True)
class Stage:
    """A target that is up or down, and a receiver that answers or hangs."""

    folder: Path
    is_up: bool = True
    hangs: bool = False
    posts: list[Post] = field(default_factory=list)
    box: Mailbox = field(default_factory=Mailbox)

    async def be_target(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(EMPTY_OK if self.is_up else DOWN)

    async def be_receiver(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, body = await read_request(reader)
        lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:] if line)
        self.posts.append(Post({name.lower(): value for name, _, value in lines}, body))
        if self.hangs:
            await asyncio.sleep(PATIENCE)
        writer.write(EMPTY_OK)

    def write(self, target: Server, receiver: Server, *, more_channels: str = "") -> None:
        more = (
            f'channels:\n  hook: {{type: webhook, url: "{receiver.url("/hook")}", secret: "${{env:HOOK_SECRET}}"}}\n'
            f"{more_channels}"
            "alerts: [{name: down, when: down, for: 1, group_wait: 0s, group_interval: 1s}]\n"
        )
        write_checks(
            self.folder, target.url("/").rstrip("/"), "home: {get: /, interval: 1s, confirm: {retries: 0}}",
            more=more, every="1h",
        )  # fmt: skip
        path = self.folder / "checks.yaml"
        path.write_text(path.read_text().replace("every: 1h", "every: 1h, title: One"))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Daemon]:
        async with daemon(self.folder, HOOK_SECRET=SECRET) as running:
            await running.says("started")
            yield running

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.02)

    async def settled(self, count: int) -> list[Delivery]:
        """Wait until so many messages have reached their end."""
        await self.until(lambda: sum(each.settled_at is not None for each in self.outbox()) >= count)
        return self.outbox()

    def outbox(self) -> list[Delivery]:
        with open_store(Sensitive.plain(f"sqlite:///{self.folder}/probe.db"), create=False) as store:
            return list(reversed(store.outbox.list(limit=100)))


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    async with serving(stage.be_target) as target, serving(stage.be_receiver) as receiver:
        stage.write(target, receiver)
        yield stage


@pytest.fixture
async def stage_with_mail(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    async with (
        serving(stage.be_target) as target,
        serving(stage.be_receiver) as receiver,
        smtp_server(stage.box),
    ):
        mail = f'to: ops@example.com, from: probe@example.com, smtp: "smtp://127.0.0.1:{stage.box.port}", tls: never'
        stage.write(target, receiver, more_channels=f"  mail: {{type: email, {mail}}}\n")
        yield stage


def alerter_of(pid: int) -> int:
    """The process that the daemon has started to alert people."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if ALERTER.encode() in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise AssertionError("there is no alerter")


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Another process has the database for itself."""
    with closing(sqlite3.connect(folder / "probe.db", isolation_level=None, timeout=PATIENCE)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def let_leases_run_out(folder: Path) -> None:
    """Time passes, as far as claims go."""
    with closing(sqlite3.connect(folder / "probe.db", timeout=PATIENCE)) as connection:
        connection.execute("UPDATE messages SET lease_until = 1 WHERE lease_until IS NOT NULL")
        connection.commit()


async def test_an_outage_is_told_once_and_so_is_its_end_whatever_the_daemon_does_in_between(stage: Stage) -> None:
    async with stage.running() as running:
        stage.is_up = False
        await stage.settled(1)
        path = stage.folder / "checks.yaml"
        path.write_text(path.read_text().replace("title: One", "title: Two"))
        running.send(signal.SIGHUP)
        await running.says("alerts go by the new configuration")
        assert await running.end() == 0
    async with stage.running():
        stage.is_up = True
        await stage.settled(2)
    first, second = stage.posts
    assert first.is_signed
    assert second.is_signed
    assert [first.occasion.rpartition(".")[2], second.occasion.rpartition(".")[2]] == ["firing", "resolved"]
    told = [(each.message.occasion.value, each.state, each.tries) for each in stage.outbox()]
    assert told == [("firing", DeliveryState.DELIVERED, 1), ("resolved", DeliveryState.DELIVERED, 1)]
    assert len({each.message.thread for each in stage.outbox()}) == 1


async def test_an_outage_is_one_mail_and_one_webhook_and_so_is_its_end(stage_with_mail: Stage) -> None:
    stage = stage_with_mail
    async with stage.running():
        stage.is_up = False
        await stage.settled(2)
        stage.is_up = True
        await stage.settled(4)
    assert [post.occasion.rpartition(".")[2] for post in stage.posts] == ["firing", "resolved"]
    first, second = stage.box.mails
    assert [str(mail["subject"]).partition(" ")[0] for mail in (first, second)] == ["[CRITICAL]", "[RESOLVED]"]
    assert first["references"] == second["references"]
    assert first["message-id"] != second["message-id"]
    assert {each.state for each in stage.outbox()} == {DeliveryState.DELIVERED}


async def test_an_alerter_that_is_killed_before_it_settled_a_message_has_it_sent_again_with_the_same_id(
    stage: Stage,
) -> None:
    stage.is_up, stage.hangs = False, True
    async with stage.running() as running:
        await stage.until(lambda: len(stage.posts) == 1)
        os.kill(alerter_of(running.process.pid), signal.SIGKILL)
        stage.hangs = False
        await running.says("the alerter ended; another is started")
        let_leases_run_out(stage.folder)
        await stage.settled(1)
    assert [post.id for post in stage.posts] == [stage.posts[0].id] * 2
    assert all(post.is_signed for post in stage.posts)


async def test_when_the_daemon_is_killed_its_alerter_settles_what_it_sends_and_ends(stage: Stage) -> None:
    async with stage.running() as running:
        stage.is_up = False
        await stage.settled(1)
        alerter = alerter_of(running.process.pid)
        running.send(signal.SIGKILL)
        await stage.until(lambda: not runs(alerter))
    async with stage.running():
        stage.is_up = True
        await stage.settled(2)
    assert len(stage.posts) == len({post.id for post in stage.posts}) == 2


async def test_an_outage_while_the_store_is_away_is_told_once_it_is_back(stage: Stage) -> None:
    async with stage.running() as running:
        await running.until(lambda: len(running.records("shop/home")) > 0)
        with locked(stage.folder):
            stage.is_up = False
            await running.says("the store takes no results")
            assert stage.posts == []
        await stage.settled(1)
    assert [post.occasion.rpartition(".")[2] for post in stage.posts] == ["firing"]
