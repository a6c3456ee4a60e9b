"""`probe alerts test`, as a person calls it, with real receivers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from probe.cli.alerts.test import test_command
from probe.model.errors import ConfigurationError
from probe.model.notification import DeliveryState, Occasion
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import run_probe
from tests.fakes.servers import answers, serving

test_command.__test__ = False  # type: ignore[attr-defined]  # it is a command

SECRET = "s3cr3t-canary"
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TAKES = answers(b"HTTP/1.1 202 Accepted\r\ncontent-length: 6\r\n\r\nqueued")
GONE = answers(b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n")
REFLECTS = answers(f"HTTP/1.1 400 Bad\r\ncontent-length: {len(SECRET) + 7}\r\n\r\n/hooks/{SECRET}".encode())
NOBODY = "http://127.0.0.1:1"


def write(folder: Path, *channels: str, more: str = "") -> Path:
    """A file with these channels, each to the URL of its name."""
    lines = [
        "version: 1",
        f"store: sqlite:///{folder}/probe.db",
        "apis: {shop: {checks: {home: {get: http://127.0.0.1:1/}}}}",
        *(["channels:"] if channels else []),
        *(
            f'  {name}: {{type: webhook, url: "${{env:{name.upper()}}}", secret: "${{env:KEY}}"{more}}}'
            for name in channels
        ),
    ]
    (folder / "checks.yaml").write_text("\n".join(lines))
    return folder / "checks.yaml"


async def test_each_channel_is_tried_and_says_what_came_of_it(tmp_path: Path) -> None:
    write(tmp_path, "fine", "gone", "odd", "away", more=", expires_after: 2h")
    url = Sensitive.plain(f"sqlite:///{tmp_path}/probe.db")
    open_store(url).close()
    async with serving(TAKES) as fine, serving(GONE) as gone, serving(REFLECTS) as odd:
        urls = {"FINE": fine.url(), "GONE": gone.url(), "ODD": odd.url(), "AWAY": f"{NOBODY}/"}
        given = {name: f"{url}hooks/{SECRET}" for name, url in urls.items()}
        run = await run_probe("alerts", "test", "--all", folder=tmp_path, KEY=KEY, **given)
        assert (fine.connections, gone.connections, odd.connections) == (1, 1, 1)
    assert (run.status, run.errors) == (1, "")
    told = run.output.splitlines()
    assert told[0].startswith("fine (webhook): the receiver took the message, after ")
    assert told[0].endswith(" s: 202 Accepted: queued")
    assert told[1].startswith("gone (webhook): the receiver did not take the message, after ")
    assert "give channels.gone another address" in told[2]
    assert told[3].endswith(" s: 400 Bad Request: /hooks/***")
    assert "the daemon would not try again" in told[4]
    assert told[5].endswith("connection refused while connecting")
    assert "the daemon would try again for 2h" in told[6]
    assert SECRET not in run.output
    with open_store(url, create=False) as store:
        noted = {each.message.channel: each for each in store.outbox.list(limit=10)}
        tried = {name: store.outbox.tries(each.message.id) for name, each in noted.items()}
    assert {name: each.state for name, each in noted.items()} == {
        "fine": DeliveryState.DELIVERED,
        "gone": DeliveryState.FAILED,
        "odd": DeliveryState.FAILED,
        "away": DeliveryState.FAILED,
    }
    assert {each.message.occasion for each in noted.values()} == {Occasion.TEST}
    assert [(each.is_delivered, each.answer) for each in tried["fine"]] == [(True, "202 Accepted: queued")]


async def test_it_works_before_there_is_a_store_and_makes_none(tmp_path: Path) -> None:
    write(tmp_path, "fine")
    async with serving(TAKES) as server:
        given = {"FINE": server.url(), "KEY": KEY}
        run = await run_probe("alerts", "test", "fine", "--format", "json", folder=tmp_path, **given)
    told = json.loads(run.output)
    assert (run.status, told["channel"], told["delivered"]) == (0, "fine", True)
    assert set(told) == {"channel", "type", "message", "at", "delivered", "final", "answer", "took_ms"}
    assert "not written down in the ledger" in run.errors
    assert not (tmp_path / "probe.db").exists()


@pytest.mark.parametrize(
    ("channels", "names", "is_all", "why"),
    [
        ([], ["ops"], False, "has no channels"),
        (["ops"], ["opps"], False, 'there is no channel "opps"; did you mean "ops"?'),
        (["ops"], ["x"], False, 'there is no channel "x"; .*checks.yaml has ops'),
        (["ops"], [], False, "name channels, or say --all"),
        (["ops"], ["ops"], True, "name channels, or say --all"),
    ],
)
def test_what_can_not_be_asked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channels: list[str], names: list[str], is_all: bool, why: str
) -> None:
    monkeypatch.setenv("OPS", f"{NOBODY}/")
    monkeypatch.setenv("KEY", KEY)
    with pytest.raises(ConfigurationError, match=why):
        test_command(write(tmp_path, *channels), names, is_all=is_all, format_="text")
