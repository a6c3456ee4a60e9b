"""What every kind of channel does and never does, whoever is at the other end."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path

import pytest

from probe.channels.channel import LONGEST_ANSWER, Channel, DeliveryFailed
from probe.channels.registry import KINDS
from probe.model.channel import ChannelSettings
from probe.model.check import AddressPolicy
from probe.model.notification import Message
from probe.model.sensitive import Sensitive
from probe.model.sla import SlaRules
from probe.model.units import SECOND
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.surroundings import surroundings
from probe.runtime.clock import SystemClock
from tests.fakes.messages import make_entry, make_message
from tests.fakes.receivers.registry import STANDS
from tests.fakes.receivers.stand import SECRET, SHORT, Behaviour, Stand
from tests.fakes.servers import Authority, silent
from tests.integration.both_loops import nothing_is_left_behind

__all__ = ["nothing_is_left_behind"]

GRACE = 2.0
"""Seconds of a busy machine; the deadline itself is exact."""

HOSTILE = (
    "a\r\nwebhook-id: forged\r\nBcc: mallory@example.com\r\n\r\n.\r\n",
    '"><script>alert(1)</script>&amp;',
    "nul \x00 escape \x1b[31m half \ud800 right-to-left \u202e",
    "{{ 7 * 7 }} {% raw %} ${env:HOME} %s",
    "x" * 100_000,
)
LOST = (Behaviour.HANGS, Behaviour.DRIPS, Behaviour.FLOODS, Behaviour.RUBBISH, Behaviour.HANGS_UP)


@pytest.fixture(params=STANDS, ids=lambda stand: stand.name)
def stand(request: pytest.FixtureRequest) -> Stand:
    found: Stand = request.param
    return found


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def test_every_kind_is_held_to_it() -> None:
    assert [stand.name for stand in STANDS] == list(KINDS)


async def test_a_message_arrives_once_with_its_id(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.TAKES, authority) as receiver:
        said = await _deliver(receiver.settings, make_message("msg_1"))
    assert receiver.heard == ["msg_1"]
    assert 0 < len(said) <= LONGEST_ANSWER
    assert said.isprintable()


async def test_every_try_has_the_same_id(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.REFUSES_FOR_NOW, authority) as receiver:
        channel = _open(receiver.settings)
        for _ in range(3):
            with pytest.raises(DeliveryFailed):
                await channel.deliver(make_message("msg_1"))
        await channel.aclose()
    assert receiver.heard == ["msg_1"] * 3


async def test_two_messages_at_once_both_arrive(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.TAKES, authority) as receiver:
        channel = _open(receiver.settings)
        await asyncio.gather(channel.deliver(make_message("msg_1")), channel.deliver(make_message("msg_2")))
        await channel.aclose()
    assert sorted(receiver.heard) == ["msg_1", "msg_2"]


async def test_a_refusal_for_now_may_be_tried_again(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.REFUSES_FOR_NOW, authority) as receiver:
        failed = await _fails(receiver.settings)
    assert (failed.is_final, failed.disables) == (False, False)


async def test_a_refusal_for_good_is_final(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.REFUSES_FOR_GOOD, authority) as receiver:
        failed = await _fails(receiver.settings)
    assert (failed.is_final, failed.disables) == (True, False)


@pytest.mark.parametrize("behaviour", LOST, ids=lambda behaviour: behaviour.value)
async def test_whatever_the_receiver_does_instead_of_answering_ends_in_time(
    stand: Stand, authority: Authority, behaviour: Behaviour
) -> None:
    async with stand.receiving(behaviour, authority, within=SHORT) as receiver:
        began = time.perf_counter()
        failed = await _fails(receiver.settings)
        took = time.perf_counter() - began
    assert took < SHORT / SECOND + GRACE
    assert not failed.is_final
    assert SECRET not in failed.why


async def test_nobody_there_may_be_tried_again(stand: Stand) -> None:
    failed = await _fails(stand.leading_to("127.0.0.1", 1))
    assert not failed.is_final
    assert "connecting" in failed.why


async def test_somebody_who_does_not_even_pick_up_is_given_up_in_time(stand: Stand) -> None:
    with silent("127.0.0.1") as port:
        began = time.perf_counter()
        failed = await _fails(stand.leading_to("127.0.0.1", port, within=SHORT))
        took = time.perf_counter() - began
    assert took < SHORT / SECOND + GRACE
    assert not failed.is_final


async def test_a_certificate_that_nobody_vouches_for_gets_nothing(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.TAKES, authority, context=authority.self_signed()) as receiver:
        failed = await _fails(receiver.settings)
    assert not failed.is_final  # it may be renewed
    assert "certificate" in failed.why
    assert not receiver.texts


async def test_a_certificate_for_another_host_gets_nothing(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.TAKES, authority, context=authority.context("elsewhere")) as receiver:
        failed = await _fails(receiver.settings)
    assert "certificate" in failed.why
    assert not receiver.texts


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "100.100.100.200"])
async def test_addresses_that_no_target_may_have_are_denied(stand: Stand, host: str) -> None:
    failed = await _fails(stand.leading_to(host, 443))
    assert "denied" in failed.why


async def test_the_files_own_rules_hold_for_receivers_too(stand: Stand) -> None:
    failed = await _fails(stand.leading_to("127.0.0.1", 443), AddressPolicy(deny=("127.0.0.0/8",)))
    assert "addresses.deny has 127.0.0.0/8" in failed.why


@pytest.mark.parametrize("behaviour", list(Behaviour), ids=lambda behaviour: behaviour.value)
async def test_no_secret_is_told(
    stand: Stand, authority: Authority, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with stand.receiving(behaviour, authority, within=SHORT) as receiver:
        channel = _open(receiver.settings)
        try:
            told = await channel.deliver(make_message())
        except DeliveryFailed as failed:
            told = f"{failed.why} {failed!r} {failed.__cause__!r}"
        await channel.aclose()
    assert receiver.texts
    for text in (told, repr(channel), repr(receiver.settings), str(receiver.settings), caplog.text):
        assert SECRET not in text


@pytest.mark.parametrize("text", HOSTILE, ids=["lines", "html", "signs", "templates", "long"])
async def test_hostile_text_stays_inside_the_message(stand: Stand, authority: Authority, text: str) -> None:
    """It comes from targets: in whatever they answered, in names of their certificates."""
    hostile = make_message("msg_1", title=f"Orders API: {text[:2_000]}", entries=(make_entry(reading=text, note=text),))
    async with stand.receiving(Behaviour.TAKES, authority) as receiver:
        await _deliver(receiver.settings, hostile)
    assert receiver.heard == ["msg_1"]


async def test_a_message_with_ten_thousand_alerts_is_told(stand: Stand, authority: Authority) -> None:
    entries = tuple(make_entry(number) for number in range(50))
    async with stand.receiving(Behaviour.TAKES, authority) as receiver:
        await _deliver(receiver.settings, make_message("msg_1", entries=entries, more=(9_900, 50)))
    assert receiver.heard == ["msg_1"]


async def test_cancelling_leaves_nothing_open(stand: Stand, authority: Authority) -> None:
    async with stand.receiving(Behaviour.HANGS, authority) as receiver:
        channel = _open(receiver.settings)
        sending = asyncio.ensure_future(channel.deliver(make_message("msg_1")))
        while not receiver.heard:
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await channel.aclose()


async def test_closing_twice_or_unused_is_fine(stand: Stand) -> None:
    channel = _open(stand.leading_to("127.0.0.1", 1))
    await channel.aclose()
    await channel.aclose()


def test_what_the_stand_has_is_in_order(stand: Stand, tmp_path: Path) -> None:
    kind = KINDS[stand.name]
    settings = stand.leading_to("127.0.0.1", 1)
    assert {name for name, _ in settings.options} <= {option.name for option in kind.options}
    assert all(settings.option(option.name) is not None for option in kind.options if option.is_required)
    assert [remark for remark in kind.examine(settings) if remark.is_mistake] == []


async def _deliver(settings: ChannelSettings, message: Message) -> str:
    channel = _open(settings)
    try:
        return await channel.deliver(message)
    finally:
        await channel.aclose()


async def _fails(settings: ChannelSettings, addresses: AddressPolicy | None = None) -> DeliveryFailed:
    channel = _open(settings, addresses)
    with pytest.raises(DeliveryFailed) as raised:
        await channel.deliver(make_message())
    await channel.aclose()
    assert raised.value.why
    assert raised.value.why.isprintable()
    return raised.value


def _open(settings: ChannelSettings, addresses: AddressPolicy | None = None) -> Channel:
    job = AlertJob(
        store=Sensitive.plain("sqlite:///probe.db"),
        location="here",
        timezone="UTC",
        sla=SlaRules(),
        addresses=addresses or AddressPolicy(),
        title="Example APIs",
        report_url="https://status.example.com/",
    )
    return KINDS[settings.type].open(settings, surroundings(job, SystemClock()))
