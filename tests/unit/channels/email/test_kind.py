"""What the file may say of a mail channel, and what is found wrong when it is loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from probe.channels.channel import Remark
from probe.channels.email.kind import KIND
from probe.channels.email.server import Server
from probe.model.channel import OptionValue
from probe.model.sensitive import Sensitive
from probe.model.units import SECOND
from tests.fakes.receivers.email import email

URL = "smtp://mx.example.com"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (URL, Server(host="mx.example.com", port=587, is_implicit=False)),
        ("smtps://mx.example.com", Server(host="mx.example.com", port=465, is_implicit=True)),
        ("smtp://mx.example.com:25/", Server(host="mx.example.com", port=25, is_implicit=False)),
        (
            "smtps://me%40example.com:p%3As%2Fs@[::1]:2465",
            Server(host="::1", port=2465, is_implicit=True, user="me@example.com", password="p:s/s"),
        ),
    ],
)
def test_a_url_says_where_and_how_mails_are_handed_in(url: str, server: Server) -> None:
    assert Server.parse(url) == server


@pytest.mark.parametrize(
    "url", ["https://mx.example.com", "smtp://", "smtp://mx.example.com/path", "smtp://mx:port", "smtp://mx?x=1", "mx"]
)
def test_what_is_no_such_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must look like smtp://"):
        Server.parse(url)


def test_a_server_does_not_show_its_password() -> None:
    assert "s3cret" not in repr(Server.parse("smtps://me:s3cret@mx.example.com"))


@pytest.mark.parametrize(
    ("options", "option", "text", "is_mistake"),
    [
        ({"smtp": "http://mx"}, "smtp", "must look like smtp://user:password@host:587 or smtps://host:465", True),
        ({"smtp": "smtp://me@mx"}, "smtp", "has a user without a password, or the other way round; a login needs both", True),
        ({"smtp": "smtps://mx", "tls": "never"}, "tls", "says never, and smtps always has TLS; write smtp://, or leave tls out", True),
        (
            {"smtp": "smtp://me:secret@mx", "tls": "never"},
            "tls",
            "says never, and nobody logs in over a line that is not encrypted; leave it out",
            True,
        ),
        ({"tls": "never"}, "tls", "says never: mails can be read on their way", False),
        ({"to": ("ops",)}, "to", '"ops" is no mail address; write one such as ops@example.com', True),
        ({"from": "öps@example.com"}, "from", '"öps@example.com" has characters that not every mail server takes; write it in ASCII', True),
        ({"timeout": 61 * SECOND}, "timeout", "must be between 1s and 1m", True),
        ({"templates": "/nowhere"}, "templates", "can't be used: there is no such folder", True),
        ({"ca_file": "/nowhere"}, "ca_file", "can't be used: No such file or directory", True),
        ({"ca_file": "/dev/zero"}, "ca_file", "can't be used: it is no regular file", True),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_on_loading(
    options: dict[str, OptionValue], option: str, text: str, is_mistake: bool
) -> None:
    (remark,) = _examined(options)
    assert (remark.option, remark.text, remark.is_mistake) == (option, text, is_mistake)


def test_a_template_is_tried_on_loading(tmp_path: Path) -> None:
    (tmp_path / "email.html").write_text("{{ titel }}")
    (remark,) = _examined({"templates": str(tmp_path)})
    assert remark.text == "can't be used: email.html: 'titel' is undefined"


def test_a_channel_in_order_has_no_remarks() -> None:
    assert _examined({}) == []


def _examined(options: dict[str, OptionValue]) -> list[Remark]:
    made = email(URL)
    given = dict(made.options) | {
        name: Sensitive(value, "${env:SMTP}") if name == "smtp" and isinstance(value, str) else value
        for name, value in options.items()
    }
    return list(KIND.examine(replace(made, options=tuple(given.items()))))
