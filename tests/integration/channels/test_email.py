"""Mails, handed in at a real SMTP server."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from probe.channels.channel import Channel, DeliveryFailed
from probe.channels.registry import KINDS
from probe.model.channel import ChannelSettings, OptionValue
from probe.model.check import AddressPolicy
from probe.model.notification import Occasion
from probe.model.sensitive import Sensitive
from probe.model.sla import SlaRules
from probe.model.units import SECOND
from probe.runtime.alerts.job import AlertJob
from probe.runtime.alerts.surroundings import surroundings
from probe.runtime.clock import SystemClock
from tests.fakes.messages import make_message
from tests.fakes.receivers.email import email
from tests.fakes.receivers.smtp import PASSWORD, USER, Mailbox, smtp_server
from tests.fakes.servers import Authority

LOGIN = f"{USER}:{PASSWORD.replace('@', '%40')}@"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def test_a_mail_goes_over_starttls(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.context()) as box:
        said = await _deliver(_settings(box, authority))
    assert said == "taken"
    assert box.encrypted == [True]


async def test_a_mail_goes_over_implicit_tls_with_a_login(authority: Authority) -> None:
    async with smtp_server(Mailbox(), implicit=authority.context(), auth=True) as box:
        await _deliver(_settings(box, authority, scheme="smtps", login=LOGIN))
    assert box.logins == [USER]
    assert len(box.mails) == 1


async def test_who_logs_in_does_so_after_starttls(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.context(), auth=True) as box:
        await _deliver(_settings(box, authority, login=LOGIN))
    assert box.logins == [USER]


async def test_nothing_is_sent_where_starttls_is_not_offered(authority: Authority) -> None:
    async with smtp_server(Mailbox()) as box:
        failed = await _fails(_settings(box, authority))
    assert failed.why == "the server does not offer STARTTLS, and tls is required: nothing was sent"
    assert not failed.is_final
    assert not box.mails


async def test_opportunistic_mails_go_in_clear_text_where_starttls_is_not_offered(authority: Authority) -> None:
    async with smtp_server(Mailbox()) as box:
        await _deliver(_settings(box, authority, tls="opportunistic"))
    assert len(box.mails) == 1


async def test_nobody_logs_in_over_clear_text(authority: Authority) -> None:
    async with smtp_server(Mailbox(), auth=True) as box:
        failed = await _fails(_settings(box, authority, login=LOGIN, tls="opportunistic"))
    assert "not encrypted" in failed.why
    assert not box.logins


async def test_opportunistic_is_no_excuse_for_a_wrong_certificate(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.self_signed()) as box:
        failed = await _fails(_settings(box, authority, tls="opportunistic"))
    assert "certificate" in failed.why
    assert not box.mails


async def test_never_does_not_even_ask_for_starttls(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.self_signed()) as box:
        await _deliver(_settings(box, authority, tls="never"))
    assert len(box.mails) == 1


async def test_a_certificate_of_another_host_gets_no_mail(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.context("elsewhere.example.com")) as box:
        failed = await _fails(_settings(box, authority))
    assert "certificate" in failed.why
    assert not box.mails


async def test_a_wrong_password_is_final_and_is_not_told(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.context(), auth=True) as box:
        failed = await _fails(_settings(box, authority, login="probe:wr0ng-canary@"))
    assert failed.is_final
    assert failed.why.startswith("logging in: 535")
    assert "wr0ng" not in failed.why


async def test_a_refusal_for_now_is_tried_again_as_the_same_mail(authority: Authority) -> None:
    async with smtp_server(Mailbox(answers=["451 4.3.2 later"]), starttls=authority.context()) as box:
        channel = _open(_settings(box, authority))
        with pytest.raises(DeliveryFailed) as raised:
            await channel.deliver(make_message("msg_1"))
        await channel.deliver(make_message("msg_1"))
    assert raised.value.why == "handing in the mail: 451 4.3.2 later"
    assert not raised.value.is_final
    assert [mail["message-id"] for mail in box.mails] == ["<msg_1@example.com>"]


async def test_a_refusal_for_good_is_final(authority: Authority) -> None:
    async with smtp_server(Mailbox(answers=["554 5.7.1 spam"]), starttls=authority.context()) as box:
        failed = await _fails(_settings(box, authority))
    assert failed.is_final
    assert failed.why == "handing in the mail: 554 5.7.1 spam"


async def test_a_server_that_hangs_is_given_up_in_time(authority: Authority) -> None:
    async with smtp_server(Mailbox(answers=["hang"]), starttls=authority.context()) as box:
        began = time.perf_counter()
        failed = await _fails(_settings(box, authority, timeout=SECOND))
        took = time.perf_counter() - began
    assert took < 3
    assert failed.why == "no answer within 1 s, handing in the mail"
    assert not failed.is_final


async def test_a_connection_that_is_lost_while_the_mail_goes_out_is_tried_again(authority: Authority) -> None:
    async with smtp_server(Mailbox(answers=["hang up"]), starttls=authority.context()) as box:
        failed = await _fails(_settings(box, authority))
    assert "closed the connection" in failed.why
    assert not failed.is_final


async def test_one_mail_goes_to_everybody(authority: Authority) -> None:
    async with smtp_server(Mailbox(), starttls=authority.context()) as box:
        await _deliver(
            _settings(box, authority, to=("Ada <ada@example.com>", "bob@example.com"), cc=("eve@example.com",))
        )
    assert box.recipients == [("ada@example.com", "bob@example.com", "eve@example.com")]
    assert box.mails[0]["to"] == "Ada <ada@example.com>, bob@example.com"
    assert box.mails[0]["cc"] == "eve@example.com"


async def test_who_is_refused_for_good_is_named_and_the_others_get_it(authority: Authority) -> None:
    box = Mailbox(refused={"gone@example.com": "550 5.1.1 no such user"})
    async with smtp_server(box, starttls=authority.context()):
        said = await _deliver(_settings(box, authority, to=("ada@example.com", "gone@example.com")))
    assert said == "taken, but not for gone@example.com: 550 5.1.1 no such user"
    assert box.recipients == [("ada@example.com",)]


async def test_who_is_refused_for_now_is_tried_again_alone(authority: Authority) -> None:
    box = Mailbox(refused={"bob@example.com": "450 4.7.1 greylisted"})
    async with smtp_server(box, starttls=authority.context()):
        channel = _open(_settings(box, authority, to=("ada@example.com", "bob@example.com")))
        with pytest.raises(DeliveryFailed) as raised:
            await channel.deliver(make_message("msg_1"))
        box.refused.clear()
        await channel.deliver(make_message("msg_1"))
        await channel.deliver(make_message("msg_2"))
    assert not raised.value.is_final
    assert "450 4.7.1 greylisted; these are tried again" in raised.value.why
    assert box.recipients == [("ada@example.com",), ("bob@example.com",), ("ada@example.com", "bob@example.com")]


async def test_nobody_left_to_take_it_is_final_only_where_all_refuse_for_good(authority: Authority) -> None:
    box = Mailbox(refused={"a@example.com": "550 no", "b@example.com": "450 later"})
    async with smtp_server(box, starttls=authority.context()):
        mixed = await _fails(_settings(box, authority, to=("a@example.com", "b@example.com")))
        final = await _fails(_settings(box, authority, to=("a@example.com",)))
    assert (mixed.is_final, final.is_final) == (False, True)


async def test_an_answer_may_reflect_no_password(authority: Authority) -> None:
    box = Mailbox(answers=[f"554 you are {USER} with {PASSWORD}"])
    async with smtp_server(box, starttls=authority.context(), auth=True):
        failed = await _fails(_settings(box, authority, login=LOGIN))
    assert PASSWORD not in failed.why


async def test_a_template_of_the_user_is_used(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "email.subject.txt").write_text("{{ status }}: {{ title }} ({{ entries | length }})\n")
    (tmp_path / "email.html").write_text("<p>{{ title }}</p>\n")
    async with smtp_server(Mailbox(), starttls=authority.context()) as box:
        said = await _deliver(_settings(box, authority, templates=str(tmp_path)))
    assert said == "taken"
    assert box.mails[0]["subject"] == "CRITICAL: Orders API: checkout is down (1)"
    html = box.mails[0].get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>Orders API: checkout is down</p>"


async def test_an_alert_is_not_lost_to_a_template_that_fails(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "email.txt").write_text("{{ entries[0].nothing_of_this_name }}")
    async with smtp_server(Mailbox(), starttls=authority.context()) as box:
        said = await _deliver(_settings(box, authority, templates=str(tmp_path)))
    assert "sent by the built-in templates: email.txt" in said
    assert len(box.mails) == 1


async def test_an_alert_is_not_lost_to_a_folder_that_is_gone(authority: Authority, tmp_path: Path) -> None:
    async with smtp_server(Mailbox(), starttls=authority.context()) as box:
        await _deliver(_settings(box, authority, templates=str(tmp_path / "gone")))
    assert len(box.mails) == 1


def _settings(
    box: Mailbox, authority: Authority, *, scheme: str = "smtp", login: str = "", **options: OptionValue
) -> ChannelSettings:
    given: dict[str, OptionValue] = {"ca_file": str(authority.ca_file), **options}
    made = email(f"{scheme}://{login}127.0.0.1:{box.port}")
    return replace(made, options=tuple({**dict(made.options), **given}.items()))


async def _deliver(settings: ChannelSettings) -> str:
    return await _open(settings).deliver(make_message("msg_1", occasion=Occasion.FIRING))


async def _fails(settings: ChannelSettings) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        await _deliver(settings)
    assert raised.value.why.isprintable()
    return raised.value


def _open(settings: ChannelSettings) -> Channel:
    job = AlertJob(
        store=Sensitive.plain("sqlite:///probe.db"),
        location="here",
        timezone="UTC",
        sla=SlaRules(),
        addresses=AddressPolicy(),
        title="Example APIs",
        report_url="https://status.example.com/",
    )
    return KINDS[settings.type].open(settings, surroundings(job, SystemClock()))
