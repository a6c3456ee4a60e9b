"""Bodies by a user's own template."""

from __future__ import annotations

import json
from typing import Any

import pytest

from probe.channels.formats.form import Home
from probe.channels.formats.registry import FORMS
from probe.channels.templates import TemplateUnusable, templated
from tests.fakes.messages import make_entry, make_message

SLACK = """
{"text": {{ status ~ ": " ~ title }},
 "blocks": [{% for alert in alerts %}
   {"type": "section", "text": {"type": "plain_text", "text": {{ alert.name ~ ": " ~ alert.reading }}}}
   {%- if not loop.last %},{% endif %}{% endfor %}]}
"""
HOSTILE = '", "channel": "#everybody", "x": "\n</script>\ud800'


def written(template: str, title: str = "Orders API: checkout is down") -> Any:  # a document
    message = make_message(title=title, entries=(make_entry(1), make_entry(2)))
    return json.loads(templated(FORMS["standard"], template).body(message, Home()))


def unusable(template: str) -> str:
    with pytest.raises(TemplateUnusable) as raised:
        written(template)
    return str(raised.value)


def test_every_value_is_written_as_json() -> None:
    told = written(SLACK)
    assert told["text"] == "CRITICAL: Orders API: checkout is down"
    assert [block["text"]["text"] for block in told["blocks"]] == [
        "Orders API: check 1: down 3 times in a row",
        "Orders API: check 2: down 3 times in a row",
    ]


def test_what_a_target_sent_stays_in_its_place() -> None:
    assert written('{"text": {{ title }}}', HOSTILE) == {"text": HOSTILE}
    assert written('{"text": {{ title|tojson }}}', HOSTILE) == {"text": HOSTILE}


def test_lists_and_objects_and_nothing_can_be_written_whole() -> None:
    told = written('{"a": {{ alerts|map(attribute="rule")|list }}, "b": {{ left_out }}, "c": {{ cause }}}')
    assert told == {"a": ["down", "down"], "b": {"firing": 0, "resolved": 0}, "c": None}


def test_macros_write_json_once() -> None:
    template = "{% macro line(alert) %}{{ alert.name }}{% endmacro %}[{{ line(alerts[0]) }}]"
    assert written(template) == ["Orders API: check 1"]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ('{"a": {{ title }', "line 1: "),
        ("{{ titel }}", "'titel' is undefined"),
        ('{"a": "{{ title }}"}', "is no JSON at line 1, column 9"),
        ("", "is no JSON at line 1, column 1"),
        ('{"a": NaN}', "NaN or Infinity"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("[" * 100_000, "nested too deeply"),
        ("{{ title.__class__.__mro__ }}", "unsafe"),
        ("{{ alerts.append(1) }}", "unsafe"),
        ("{{ range(1000000) }}", "OverflowError"),
        ("{% for _ in range(9999) %}{{ alerts }}{% endfor %}", "more than 1000000 characters"),
        ('{% include "/etc/passwd" %}', "/etc/passwd"),
        ("{{ title.upper }}", "TypeError"),
    ],
)
def test_what_writes_no_json_says_why(template: str, why: str) -> None:
    assert why in unusable(template)


def test_a_reason_is_a_short_line() -> None:
    said = unusable('{{ {}[title ~ "\n" ~ "x" * 100000] }}')
    assert len(said) <= 150
    assert "\n" not in said
