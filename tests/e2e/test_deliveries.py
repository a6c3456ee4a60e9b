"""`probe deliveries` and `probe ack` of alerts, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from probe.alerting.book import Book, Entered, Plan
from probe.model.alert import Alert
from probe.model.notification import Delivery, DeliveryState, Message, Occasion, Try
from probe.model.result import Result, State
from probe.model.rule import Subject, SubjectKind
from probe.model.sample import FailureKind
from probe.model.sensitive import Sensitive
from probe.model.sla import AlertLevel
from probe.model.units import DAY, MINUTE, SECOND
from probe.runtime.clock import SystemClock
from probe.store import Store, open_store
from tests.e2e.daemon import Run, run_probe, write_checks
from tests.fakes.checks import make_check

NOW = SystemClock().now() // MINUTE * MINUTE
ALERT = Alert(
    id="a0123456789",
    rule="down",
    subject=Subject(SubjectKind.CHECK, "shop/home"),
    level=AlertLevel.CRITICAL,
    since=NOW - 5 * MINUTE,
    fired_at=NOW - 4 * MINUTE,
    reading="down",
)


def delivery(number: int, *, expires_at: int = NOW + DAY) -> Delivery:
    message = Message(
        id=f"msg_{number:032x}",
        channel="mail",
        thread=f"t{number}",
        number=1,
        occasion=Occasion.FIRING,
        level=AlertLevel.CRITICAL,
        title="Shop: \x1b[31mhome is down",
        status="CRITICAL",
        group=(),
        at=NOW - number * MINUTE,
        zone="UTC",
        entries=(),
    )
    return Delivery(
        message=message, state=DeliveryState.WAITING, due_at=message.at, expires_at=expires_at, alerts=(ALERT.id,)
    )


def settle(store: Store, state: DeliveryState, answer: str) -> None:
    (claimed,) = store.outbox.claim(now=NOW, holder="me", lease=MINUTE, limit=1)
    done = state is DeliveryState.DELIVERED
    attempt = Try(message=claimed.message.id, at=NOW, took=SECOND, is_delivered=done, answer=answer, is_final=True)
    store.outbox.settle(claimed.message.id, attempt, holder="me", state=state)


class Stage:
    """A folder with a file of checks, and a store in which an alert goes on and three messages are."""

    def __init__(self, folder: Path, url: Sensitive) -> None:
        self._folder, self.url = folder, url
        write_checks(folder, "http://127.0.0.1:1", "home: {get: /, interval: 1m}", more="timezone: UTC")
        with open_store(url) as store:
            store.register([make_check("shop/home")])
            down = [
                Result(
                    check="shop/home",
                    location="default",
                    scheduled_at=NOW - n * MINUTE,
                    state=State.DOWN,
                    failure=FailureKind.REFUSED,
                    detail="connection refused",
                )
                for n in range(6)
            ]
            store.record(down)
            store.alerts.lease("me", now=NOW, until=NOW + MINUTE)
            store.alerts.enter(
                Entered(plan=Plan(book=Book(alerts={ALERT.id: ALERT}), alerts=(ALERT,))), holder="me", now=NOW
            )
            store.outbox.add([delivery(3)])
            settle(store, DeliveryState.DELIVERED, "250 queued")
            store.outbox.add([delivery(2)])
            settle(store, DeliveryState.FAILED, "550 no such user")
            store.outbox.add([delivery(1)])

    async def run(self, *arguments: str) -> Run:
        return await run_probe(*arguments, folder=self._folder, PROBE_STORE=self.url.reveal())

    async def told(self, *arguments: str) -> list[dict[str, Any]]:
        run = await self.run("deliveries", "list", "--format", "json", *arguments)
        assert run.errors == ""
        found: list[dict[str, Any]] = json.loads(run.output)
        return found


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, Sensitive.plain(f"sqlite:///{tmp_path / 'probe.db'}"))


async def test_the_ledger_says_what_became_of_each_message(stage: Stage) -> None:
    run = await stage.run("deliveries", "list")
    assert (run.status, run.errors) == (0, "")
    rows = run.output.splitlines()[1:]
    assert ["waiting" in rows[0], "failed" in rows[1], "delivered" in rows[2]] == [True] * 3
    assert "550 no such user" in rows[1]
    assert "\x1b[31m" not in run.output
    (failed,) = await stage.told("--state", "failed")
    assert (failed["channel"], failed["alerts"], failed["why"]) == ("mail", [ALERT.id], "550 no such user")
    assert [each["answer"] for each in failed["tries"]] == ["550 no such user"]


async def test_what_reached_nobody_is_an_exit_status(stage: Stage) -> None:
    run = await stage.run("deliveries", "list", "--undelivered")
    assert (run.status, run.output.count("msg_")) == (1, 1)
    retried = await stage.run("deliveries", "retry", f"msg_{2:032x}")
    assert (retried.status, retried.output) == (
        0,
        "1 message is to be sent again; the daemon does it at once, if it runs\n",
    )
    assert [each["state"] for each in await stage.told()] == ["waiting", "waiting", "delivered"]
    assert (await stage.run("deliveries", "list", "--undelivered")).status == 0


async def test_all_that_failed_is_sent_again_at_once(stage: Stage) -> None:
    run = await stage.run("deliveries", "retry", "--all-failed")
    assert run.output.startswith("2 messages are to be sent again")


async def test_what_can_not_be_is_refused_and_changes_nothing(stage: Stage) -> None:
    refused = {
        ("retry",): "name the messages that are to be sent again, or give --all-failed",
        ("retry", "msg_x"): 'there is no message "msg_x"; `probe deliveries list` prints their ids',
        ("retry", f"msg_{2:032x}", f"msg_{3:032x}"): f"msg_{3:032x} can't be sent again: it is delivered",
        ("list", "--state", "lost"): "--state takes waiting or sending or delivered or failed or expired or superseded",
    }
    for arguments, error in refused.items():
        run = await stage.run("deliveries", *arguments)
        assert run.status == 2
        assert run.errors.startswith(error)
    assert [each["state"] for each in await stage.told()] == ["waiting", "failed", "delivered"]


async def test_an_alert_is_taken_on_with_its_incident(stage: Stage) -> None:
    run = await stage.run("ack", ALERT.id, "on it", "--author", "anna")
    assert (run.status, run.output) == (0, f"{ALERT.id}, down of shop/home, acknowledged by anna\n")
    again = await stage.run("ack", ALERT.id, "--author", "bob")
    assert again.output.startswith(f"{ALERT.id} was acknowledged already, by anna at ")
    shown = json.loads((await stage.run("incidents", "show", "shop/home", "--format", "json")).output)
    assert "anna" in json.dumps(shown)


async def test_who_takes_an_incident_on_has_its_alerts(stage: Stage) -> None:
    run = await stage.run("ack", "shop/home", "--author", "anna")
    assert run.status == 0
    with open_store(stage.url, create=False) as store:
        alert = store.alerts.alert(ALERT.id)
    assert alert is not None
    assert alert.acknowledged_by == "anna"


async def test_all_that_goes_on_of_an_api_is_taken_on_at_once(stage: Stage) -> None:
    run = await stage.run("ack", "shop", "on it", "--author", "anna")
    assert (run.status, run.output) == (0, "1 alert of shop acknowledged by anna\n")
    again = await stage.run("ack", "shop", "--author", "bob")
    assert again.output == "0 alerts of shop acknowledged by bob; 1 alert acknowledged already\n"
    shown = json.loads((await stage.run("incidents", "show", "shop/home", "--format", "json")).output)
    assert "on it" in json.dumps(shown)
    misspelt = await stage.run("ack", "shopp")
    assert (misspelt.status, misspelt.errors) == (
        2,
        'neither the file nor the store has the API or check "shopp"; did you mean "shop"?\n',
    )


async def test_an_alert_that_is_not_there_can_not_be_taken_on(stage: Stage) -> None:
    run = await stage.run("ack", "a9999999999")
    assert (run.status, run.errors) == (
        2,
        "there is no alert a9999999999; `probe alerts list` prints their ids\n",
    )


async def test_why_there_was_an_alert_is_answered(stage: Stage) -> None:
    run = await stage.run("alerts", "why", "shop/home")
    assert (run.status, run.errors) == (0, "")
    assert run.output.startswith("there was 1 alert of shop/home, told to nobody\n")
    assert "down (refused) from here on" in run.output
    assert "- there are no channels, so nobody can be told: add some to `channels`" in run.output
    told = json.loads((await stage.run("alerts", "why", "shop/home", "--format", "json", "--last", "1h")).output)
    assert told["check"] == "shop/home"
    misspelt = await stage.run("alerts", "why", "shop/hom")
    assert misspelt.status == 2
    both = await stage.run("alerts", "why", "shop/home", "--at", "2026-01-01T00:00:00Z", "--from", "2026-01-01")
    assert both.status == 2
