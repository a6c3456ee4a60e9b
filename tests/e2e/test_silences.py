"""`probe silence` and `probe alerts list`, as a person calls them, on both kinds of store."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

from probe.alerting.book import Book, Entered, Plan
from probe.model.alert import Alert
from probe.model.rule import Subject, SubjectKind
from probe.model.sensitive import Sensitive
from probe.model.sla import AlertLevel
from probe.model.units import MINUTE, from_iso
from probe.store import open_store
from tests.e2e import daemon as e2e
from tests.e2e.daemon import Run, run_probe

AT = from_iso("2026-11-20T10:00:00Z")
ALERT = Alert(
    id="a0123456789",
    rule="down",
    subject=Subject(SubjectKind.CHECK, "shop/home"),
    level=AlertLevel.CRITICAL,
    since=AT,
    fired_at=AT + MINUTE,
    reading="connection refused",
)
ALERTS = """channels: {ops: {type: webhook, url: "http://127.0.0.1:1/x"}}
alerts:
  - {name: down, when: down, for: 2 of 3}
  - {name: slow, on: {check: shop/cart}, when: p95(latency) over 5m > 800ms}
  - {name: prober, when: prober trouble}"""

write_checks = partial(e2e.write_checks, every="1d")


async def probe(folder: Path, url: Sensitive, *arguments: str) -> Run:
    return await run_probe(*arguments, folder=folder, PROBE_STORE=url.reveal())


async def fine(folder: Path, url: Sensitive, *arguments: str) -> str:
    run = await probe(folder, url, *arguments)
    assert (run.status, run.errors) == (0, "")
    return run.output


def prepare(folder: Path, url: Sensitive) -> None:
    """A file with rules, and an alert that goes on."""
    write_checks(folder, "http://127.0.0.1:1", "home: {get: /}\ncart: {get: /cart}", more=ALERTS)
    with open_store(url) as store:
        assert store.alerts.lease("test", now=AT, until=AT + MINUTE)
        plan = Plan(book=Book(alerts={ALERT.id: ALERT}), alerts=(ALERT,))
        store.alerts.enter(Entered(plan=plan), holder="test", now=AT)


async def test_rules_and_alerts_are_listed(url: Sensitive, tmp_path: Path) -> None:
    prepare(tmp_path, url)
    told = (await fine(tmp_path, url, "alerts", "list")).splitlines()
    assert [re.sub(r"  +", "  ", line.strip()) for line in told[:4]] == [
        "rule  level  about  when  tells",
        "down  critical  all checks  down, for 2 of 3  ops",
        "slow  warning  check shop/cart  p95(latency) over 5m > 800ms  ops",
        "prober  critical  probe itself  prober trouble, for 1m  ops",
    ]
    assert told[-1].startswith("a0123456789  critical  shop/home  down  2026-11-20T10:00:00Z")
    assert "goes on" in told[-1]
    told_json = json.loads(await fine(tmp_path, url, "alerts", "list", "--format", "json"))
    assert [each["name"] for each in told_json["rules"]] == ["down", "slow", "prober"]
    (alert,) = told_json["alerts"]
    assert (alert["id"], alert["state"], alert["fired_at"]) == (ALERT.id, "firing", "2026-11-20T10:01:00Z")
    before = await fine(tmp_path, url, "alerts", "list", "--history", "--from", "2026-11-01", "--to", "2026-11-02")
    assert before == "there was no alert\n"
    run = await probe(tmp_path, url, "alerts", "list", "--from", "2026-11-01")
    assert (run.status, run.errors) == (2, "--from, --to and --last are for --history: give that too\n")


async def test_rules_are_listed_before_there_is_a_store(tmp_path: Path) -> None:
    url = Sensitive.plain(f"sqlite:///{tmp_path / 'none.db'}")
    write_checks(tmp_path, "http://127.0.0.1:1", "home: {get: /}\ncart: {get: /cart}", more=ALERTS)
    run = await probe(tmp_path, url, "alerts", "list")
    assert run.status == 3
    assert "down, for 2 of 3" in run.output
    assert "run `probe run` first" in run.errors


async def test_a_silence_is_declared_listed_and_ended(url: Sensitive, tmp_path: Path) -> None:
    prepare(tmp_path, url)
    silenced = await fine(tmp_path, url, "silence", "add", "--api", "shop", "--for", "2h", "--comment", "we know")
    first, second = silenced.splitlines()
    assert re.fullmatch(r"s1: API shop; \S+Z to \S+Z", first)
    assert second == "it silences what goes on: down of shop/home"
    other = ("silence", "add", "--check", "shop/cart", "--rule", "slow", "--until", "2099-01-01", "--comment", "b")
    run = await probe(tmp_path, url, *other)
    assert (run.status, run.errors) == (
        2,
        "a silence lasts 366d at most; take a rule out of the file to be told nothing at all\n",
    )
    listed = (await fine(tmp_path, url, "silence", "list")).splitlines()
    assert len(listed) == 2
    assert listed[1].startswith("s1  holds  API shop  20")
    assert listed[1].rstrip().endswith("we know")
    ended = await fine(tmp_path, url, "silence", "end", "s1", "--author", "bob")
    assert ended == "s1: ended; alerts of API shop are told again\n"
    assert await fine(tmp_path, url, "silence", "list") == "nothing is silenced\n"
    (over,) = json.loads(await fine(tmp_path, url, "silence", "list", "--all", "--format", "json"))
    assert (over["id"], over["state"], over["apis"], over["comment"]) == ("s1", "over", ["shop"], "we know")
    again = await probe(tmp_path, url, "silence", "end", "s1")
    assert again.status == 2
    assert re.fullmatch(r"s1 was over at \S+ already\n", again.errors)


async def test_a_silence_that_says_too_little_or_silences_nothing_is_refused(tmp_path: Path) -> None:
    url = Sensitive.plain(f"sqlite:///{tmp_path}/probe.db")
    prepare(tmp_path, url)
    why, long = ("--comment", "why"), ("--for", "2h")

    async def refused(*arguments: str) -> str:
        run = await probe(tmp_path, url, "silence", *arguments)
        assert (run.status, run.output) == (2, "")
        return run.errors.strip()

    assert await refused("add", "--all", *long) == "say why with --comment: who asks why nothing was told is told this"
    assert await refused("add", *why, *long) == "say which checks: --all, or --check, --api and --label"
    assert await refused("add", "--all", *why) == "say for how long: either --for, such as --for 2h, or --until"
    assert await refused("add", "--all", "--rule", "slw", *why, *long) == (
        'the file has no rule "slw"; did you mean "slow"?'
    )
    assert await refused("add", "--check", "shop/home", "--rule", "slow", *why, *long) == (
        "it would silence nothing: the rules of --rule are about none of these checks"
    )
    assert await refused("add", "--api", "shop", "--rule", "prober", *why, *long) == (
        "--rule prober is about probe itself, and no check: give --all"
    )
    assert await refused("add", "--all", "--until", "2020-01-01", *why) == (
        "it would be over before it begins: --until is the first moment after it"
    )
    assert await refused("end", "s7") == 'there is no silence "s7"; see `probe silence list --all`'
