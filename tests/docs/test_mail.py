"""What docs/alerts.md tells of templates of mails is what they are given."""

from __future__ import annotations

import re
from dataclasses import fields

from probe.channels.email.rendering import Templates
from probe.channels.email.showing import fewer, shown
from probe.channels.email.view import Budget, Command, Full, Link, Mail, Run, Segment, Unmet
from tests.docs.pages import read
from tests.fakes.messages import make_message


def test_every_variable_is_told() -> None:
    named = set(re.findall(r"`(\w+)`", _section()))
    for kind in (Mail, Full, Budget, Command, Link, Run, Segment, Unmet):
        assert {field.name for field in fields(kind)} <= named, kind.__name__


def test_the_subject_that_is_shown_can_be_used() -> None:
    (template,) = re.findall(r"```text\n(.*?)```", _section(), re.DOTALL)
    message = make_message()
    mail = shown(message, next(fewer(message)), prefix="prod")
    assert Templates({"email.subject.txt": template}).render(mail).subject == (
        "prod critical: Orders API: checkout is down (1)"
    )


def _section() -> str:
    return read("docs/alerts.md").split("### Templates of mails")[1].split("\n## ")[0]
