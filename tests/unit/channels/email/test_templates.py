"""Templates of users: any of the three, in a sandbox, found wrong before they are needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from probe.channels.email.folder import own_templates
from probe.channels.email.rendering import Templates, TemplateUnusable
from probe.channels.email.showing import fewer, shown
from probe.channels.email.view import Mail
from tests.fakes.messages import make_message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ title", "email.txt:1: unexpected end of template, expected 'end of print statement'."),
        ("{{ no_such_thing }}", "email.txt: 'no_such_thing' is undefined"),
        ("{{ ''.__class__.__mro__ }}", "email.txt: access to attribute '__class__' of 'str' object is unsafe."),
        ("{% for i in range(100000000) %}{% endfor %}", "email.txt: counts further than 10,000"),
        ("{{ 'x' * 1000000000 }}", "email.txt: multiplies to something too large"),
        ("{{ 10 ** 1000 }}", "email.txt: multiplies to something too large"),
        ("{% for i in range(9999) %}{{ 'x' * 100 }}{% endfor %}", "email.txt: it writes more than 400,000 characters"),
        ("{{ 1 / 0 }}", "email.txt: ZeroDivisionError"),
        ("{% include '/etc/passwd' %}", "email.txt: a template can't include or extend another one"),
    ],
)
def test_a_template_that_can_not_be_used_says_why(text: str, why: str) -> None:
    with pytest.raises(TemplateUnusable) as raised:
        Templates({"email.txt": text}).render(_mail())
    assert str(raised.value) == why


def test_each_of_the_three_may_be_the_users() -> None:
    said = Templates({"email.html": "<b>{{ title }}</b>"}).render(_mail())
    assert said.html == "<b>Orders API: &lt;b&gt;</b>"
    assert said.subject == "[CRITICAL] Orders API: <b>"
    assert "probe ack" in said.text


def test_a_template_of_text_may_wrap_and_draw() -> None:
    text = '{{ wrap(title) }}|{{ bar(entries[0].phases) }}|{{ gauge(50) }}|{{ row("a", "b") }}|{{ "-" * 3 }}'
    assert "|[##########..........]|  a          b|---" in Templates({"email.txt": text}).render(_mail()).text


def test_the_folder_must_be_there_and_have_one(tmp_path: Path) -> None:
    with pytest.raises(TemplateUnusable, match="there is no such folder"):
        own_templates(str(tmp_path / "gone"))
    with pytest.raises(TemplateUnusable, match=r"has none of email\.subject\.txt, email\.txt, email\.html"):
        own_templates(str(tmp_path))


def test_a_template_is_text_of_a_bounded_size(tmp_path: Path) -> None:
    (tmp_path / "email.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(TemplateUnusable, match=r"email\.txt: is not UTF-8 text"):
        own_templates(str(tmp_path))
    (tmp_path / "email.txt").write_bytes(b"x" * 300_000)
    with pytest.raises(TemplateUnusable, match=r"email\.txt: is larger than 256 KiB"):
        own_templates(str(tmp_path))


def _mail() -> Mail:
    message = make_message(title="Orders API: <b>")
    return shown(message, next(fewer(message)))
