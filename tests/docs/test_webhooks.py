"""What docs/alerts.md and its schema tell of webhooks is what is sent."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import jsonschema_rs
import pytest

from probe.channels.formats.form import Home
from probe.channels.formats.registry import FORMS
from probe.channels.registry import KINDS
from probe.channels.sample import sample_message
from probe.channels.templates import templated
from probe.model.notification import Cause, CauseKind, Message, Occasion
from tests.docs.pages import blocks, read
from tests.fakes.messages import make_entry, make_message

PAGE = "docs/alerts.md"
CAUSE = Cause(shared=((CauseKind.HOST, "a.example"),), sentence="2 of 2 share a.example", alerts=(2, 2))
FULL = replace(
    make_message(entries=(make_entry(1), make_entry(2, is_firing=False)), more=(3, 4), undelivered=("one",)),
    cause=CAUSE,
)
BARE = replace(
    make_message(entries=(replace(make_entry(), facts=None, budget=None, outcomes=(), phases=(), past=(), links=()),)),
    budget=None, link="", site="",
)  # fmt: skip


def schema() -> Any:  # a document
    return json.loads(read("docs/webhook.schema.json"))


@pytest.mark.parametrize("message", [FULL, BARE, *(make_message(occasion=each) for each in Occasion)])
def test_every_body_is_as_the_schema_says(message: Message) -> None:
    validator = jsonschema_rs.validator_for(schema(), validate_formats=True)
    validator.validate(json.loads(FORMS["standard"].body(message, Home())))


def test_every_member_is_described() -> None:
    for name, definition in schema()["$defs"].items():
        for member, told in definition["properties"].items():
            assert "description" in told, f"{name}.{member}"


def test_the_templates_that_are_shown_write_json() -> None:
    shown = [block.text for block in blocks(_page(), "jinja")]
    assert len(shown) >= 2
    message = sample_message("ops", id_="msg_1", thread="t1", now=0)
    for template in shown:
        assert json.loads(templated(FORMS["standard"], template).body(message, Home()))


def test_every_form_and_every_kind_is_told() -> None:
    text = read(PAGE)
    assert re.findall(r"^\| `(\w+)` \| `application", text, re.MULTILINE) == list(FORMS)
    told = read("docs/yaml.md")
    for kind in KINDS:
        assert f"`type: {kind}`" in told
    assert " or ".join([", ".join(f"`{name}`" for name in [*FORMS][:-1]), f"`{[*FORMS][-1]}`"]) in told


def _page() -> Any:  # a path
    from tests.docs.pages import ROOT

    return ROOT / PAGE
