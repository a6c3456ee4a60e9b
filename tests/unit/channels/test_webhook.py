"""What a webhook sends, and what it refuses to be set up with."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket

import pytest

from probe.channels.channel import DeliveryFailed, Surroundings
from probe.channels.registry import KINDS
from probe.model.channel import ChannelSettings, OptionValue
from probe.model.check import Request
from probe.model.sample import Sample
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND, Micros
from tests.fakes.messages import NOW, make_message
from tests.fakes.receivers.webhook import webhook

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
URL = "https://hooks.example.com/T0/hook"


class Posts:
    """Answers each request with a status, and keeps it."""

    def __init__(self, status: int = 200) -> None:
        self.now = NOW
        self.status = status
        self.said = b"fine"
        self.requests: list[tuple[Request, Micros]] = []

    async def post(self, request: Request, within: Micros) -> Sample:
        self.requests.append((request, within))
        return Sample(started_at=self.now, latency_us=1, http_status=self.status, body=self.said)

    async def deliver(self, settings: ChannelSettings) -> str:
        around = Surroundings(post=self.post, connect=_nobody, now=lambda: self.now)
        return await KINDS["webhook"].open(settings, around).deliver(make_message("msg_1"))

    def headers(self, number: int = -1) -> dict[str, str]:
        return {name: value.reveal() for name, value in self.requests[number][0].headers}

    def body(self, number: int = -1) -> str:
        body = self.requests[number][0].body
        assert body
        return body.reveal()


async def _nobody(host: str, port: int) -> socket.socket:
    raise AssertionError("a webhook asks for requests only")


def secret(text: str) -> Sensitive:
    return Sensitive(text, "${env:SECRET}")


def verified(secret_: str, headers: dict[str, str], body: str) -> bool:
    """As a receiver does it, by the specification."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    key = base64.b64decode(secret_.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


@pytest.mark.parametrize("form", ["standard", "cloudevents", "alertmanager"])
async def test_every_form_is_signed_so_that_receivers_can_verify_it(form: str) -> None:
    posts = Posts()
    await posts.deliver(webhook(URL, secret=secret(OLD), format=form))
    assert verified(OLD, posts.headers(), posts.body())


async def test_while_a_secret_is_replaced_both_verify() -> None:
    posts = Posts()
    await posts.deliver(webhook(URL, secret=secret(f"{NEW} {OLD}")))
    assert verified(OLD, posts.headers(), posts.body())
    assert verified(NEW, posts.headers(), posts.body())


async def test_the_id_is_the_messages_and_the_timestamp_the_tries() -> None:
    posts = Posts(503)
    for seconds in (0, 5):
        posts.now = NOW + seconds * SECOND + 1
        with pytest.raises(DeliveryFailed):
            await posts.deliver(webhook(URL, secret=secret(OLD)))
    first, second = posts.headers(0), posts.headers(1)
    assert first["webhook-id"] == second["webhook-id"] == "msg_1"
    assert (first["webhook-timestamp"], second["webhook-timestamp"]) == ("1800000000", "1800000005")
    assert posts.body(0) == posts.body(1)
    assert verified(OLD, second, posts.body(1))


async def test_without_a_secret_there_is_no_signature() -> None:
    posts = Posts()
    await posts.deliver(webhook(URL))
    assert posts.headers() == {
        "content-type": "application/json", "webhook-id": "msg_1", "webhook-timestamp": "1800000000",
    }  # fmt: skip


async def test_it_posts_to_its_url_within_its_timeout_and_follows_no_redirect() -> None:
    posts = Posts()
    await posts.deliver(webhook(URL, timeout=3 * SECOND))
    ((request, within),) = posts.requests
    assert (request.method, request.url.reveal(), within) == ("POST", URL, 3 * SECOND)
    assert (request.max_redirects, request.max_body, request.connection.tls.verify) == (0, 4096, True)


async def test_the_users_headers_go_before_ours() -> None:
    posts = Posts()
    headers = (("Content-Type", Sensitive.plain("application/x")), ("x-key", secret("k")))
    await posts.deliver(webhook(URL, headers=headers))
    assert (posts.headers()["Content-Type"], posts.headers()["x-key"]) == ("application/x", "k")
    assert "content-type" not in posts.headers()


async def test_credentials_in_the_url_are_sent_as_basic() -> None:
    posts = Posts()
    await posts.deliver(webhook("https://us%40er:p%3Aw@hooks.example.com/"))
    assert posts.headers()["authorization"] == "Basic " + base64.b64encode(b"us@er:p:w").decode()
    assert "us%40er" not in repr(posts.requests)


async def test_a_template_writes_the_body_and_that_is_signed() -> None:
    posts = Posts()
    said = await posts.deliver(webhook(URL, secret=secret(OLD), template='{"text": {{ title }}}'))
    assert json.loads(posts.body()) == {"text": "Orders API: checkout is down"}
    assert verified(OLD, posts.headers(), posts.body())
    assert said == "200 OK: fine"


async def test_a_template_that_fails_does_not_keep_the_message_back() -> None:
    posts = Posts()
    said = await posts.deliver(webhook(URL, template='{"text": {{ alerts[0].runbook ~ undefined }}}'))
    assert json.loads(posts.body())["data"]["title"] == "Orders API: checkout is down"
    assert said.startswith("sent in the built-in form, for the template can't be used ('undefined' is undefined)")


@pytest.mark.parametrize(
    "reflected",
    [
        "https://u:pass-word@hooks.example.com/T0/abcdefgh12?key=zyxwvuts98",
        "abcdefgh12",
        "zyxwvuts98",
        "pass-word",
        "tok-en-of-9",
        OLD,
    ],
)
async def test_no_part_of_a_secret_comes_back(reflected: str) -> None:
    posts = Posts()
    posts.said = f"you said {reflected}!".encode()
    headers = (("authorization", secret("Bearer tok-en-of-9")),)
    url = "https://u:pass-word@hooks.example.com/T0/abcdefgh12?key=zyxwvuts98"
    assert await posts.deliver(webhook(url, secret=secret(OLD), headers=headers)) == "200 OK: you said ***!"


REFUSED: list[tuple[str, OptionValue, str]] = [
    ("secret", secret("hunter2"), 'this one does not begin with "whsec_"'),
    ("secret", secret("  "), "is empty"),
    ("headers", (("Webhook-Id", Sensitive.plain("x")),), "Webhook-Id is set by probe itself"),
    ("headers", (("x-key", secret("a\r\nx: b")),), "x-key has line breaks"),
    ("headers", (("x-key", secret("größe")),), "beyond ASCII"),
    ("url", secret("ftp://hooks.example.com/"), "must begin with https:// or http://"),
    ("proxy", secret("socks5://proxy.example.com/"), "must begin with https:// or http://"),
    ("timeout", 0, "must be more than 0s"),
    ("timeout", 61 * SECOND, "at most 1m"),
    ("ca_file", "/nowhere/authority.pem", "can't be read: no such file"),
    ("ca_file", __file__, "holds no certificate"),
    ("ca_file", "/dev/zero", "can't be read: it is no regular file"),
    ("template", '{"text": "{{ title }}"}', "can't be used: what it writes is no JSON"),
    ("template", "{{ titel }}", "can't be used: 'titel' is undefined"),
]


@pytest.mark.parametrize(("option", "value", "why"), REFUSED)
def test_what_can_not_work_is_told_when_the_file_is_loaded(option: str, value: OptionValue, why: str) -> None:
    (remark,) = KINDS["webhook"].examine(webhook(URL, **{option: value}))
    assert (remark.option, remark.is_mistake) == (option, True)
    assert why in remark.text
    assert "hunter2" not in remark.text


def test_what_can_work_is_let_be() -> None:
    fine = webhook(URL, secret=secret(f"{NEW} {OLD}"), template='{"text": {{ title }}}')
    assert list(KINDS["webhook"].examine(fine)) == []


@pytest.mark.parametrize(
    ("url", "is_told"), [("http://hooks.example.com/", True), ("http://127.0.0.1:8/", False), (URL, False)]
)
def test_what_goes_in_the_clear_is_warned_of(url: str, is_told: bool) -> None:
    assert [(each.option, each.is_mistake) for each in KINDS["webhook"].examine(webhook(url))] == [
        ("url", False)
    ] * is_told
