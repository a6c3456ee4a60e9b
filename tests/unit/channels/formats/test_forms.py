"""What webhooks' bodies look like, and how they are cut."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.channels.formats.form import Form, Home
from probe.channels.formats.registry import FORMS
from probe.model.notification import Message, Occasion
from probe.model.rule import Subject, SubjectKind
from tests.fakes.messages import make_entry, make_message

HOME = Home("https://status.example.com/", "fra")


def body(name: str, message: Message, home: Home = HOME) -> Any:  # a document
    return json.loads(FORMS[name].body(message, home))


def test_the_standard_one_has_type_timestamp_and_data() -> None:
    told = body("standard", make_message())
    assert list(told) == ["type", "timestamp", "data"]
    assert (told["type"], told["timestamp"]) == ("probe.alert.firing", "2027-01-15T08:00:00Z")
    assert told["data"]["title"] == "Orders API: checkout is down"
    (alert,) = told["data"]["alerts"]
    assert (alert["id"], alert["subject"]) == ("a0000000001", {"kind": "check", "id": "orders/check-1"})
    assert (alert["duration_seconds"], alert["resolved_at"]) == (180, None)
    assert alert["expectations"] == [{"expectation": "status == 200", "verdict": "failed", "actual": "503"}]
    assert alert["failure"]["kind"] == "assertion"
    assert told["data"]["budget"]["left_seconds"] == 1788


@pytest.mark.parametrize("occasion", list(Occasion))
def test_its_type_is_the_occasion(occasion: Occasion) -> None:
    assert body("standard", make_message(occasion=occasion))["type"] == f"probe.alert.{occasion.value}"


def test_a_cloudevent_has_all_that_is_required() -> None:
    told = body("cloudevents", make_message("msg_7"))
    assert {name: told[name] for name in ("specversion", "id", "source", "type")} == {
        "specversion": "1.0",
        "id": "msg_7",
        "source": "https://status.example.com/",
        "type": "probe.alert.firing",
    }
    assert told["data"] == body("standard", make_message("msg_7"))["data"]


def test_a_cloudevent_has_a_source_without_a_report_too() -> None:
    assert body("cloudevents", make_message(), Home("", "fra"))["source"] == "urn:probe:fra"


def test_alertmanagers_form_is_as_receivers_know_it() -> None:
    told = body("alertmanager", make_message(more=(2, 1)))
    (alert,) = told.pop("alerts")
    assert told == {
        "version": "4",
        "groupKey": '{}/{channel="ops"}:{api="orders"}',
        "truncatedAlerts": 3,
        "status": "firing",
        "receiver": "ops",
        "groupLabels": {"api": "orders"},
        "commonLabels": alert["labels"],
        "commonAnnotations": alert["annotations"],
        "externalURL": "https://status.example.com/",
    }
    assert alert["labels"] == {
        "team": "sample", "alertname": "down", "severity": "critical", "job": "probe", "check": "orders/check-1",
        "api": "orders",
    }  # fmt: skip
    assert (alert["startsAt"], alert["endsAt"]) == ("2027-01-15T07:57:00Z", "0001-01-01T00:00:00Z")
    assert alert["annotations"]["summary"] == "Orders API: check 1: down 3 times in a row"
    assert "status == 200 (found 503)" in alert["annotations"]["description"]


def test_what_is_over_is_resolved_by_the_same_fingerprint() -> None:
    firing = body("alertmanager", make_message())["alerts"][0]
    over = body("alertmanager", make_message(entries=(make_entry(is_firing=False),)))
    assert (over["status"], over["alerts"][0]["status"]) == ("resolved", "resolved")
    assert over["alerts"][0]["endsAt"] == "2027-01-15T07:59:00Z"
    assert over["alerts"][0]["fingerprint"] == firing["fingerprint"]


def test_one_that_fires_among_the_left_out_keeps_the_group_firing() -> None:
    over = make_entry(is_firing=False)
    assert body("alertmanager", make_message(entries=(over,), more=(1, 0)))["status"] == "firing"


def test_only_what_all_alerts_share_is_common() -> None:
    told = body("alertmanager", make_message(entries=(make_entry(1), make_entry(2))))
    assert "check" not in told["commonLabels"]
    assert told["commonLabels"]["alertname"] == "down"


def test_labels_have_names_that_prometheus_takes_and_ours_win() -> None:
    entry = replace(make_entry(), labels=(("cost-center", "7"), ("9th", "x"), ("severity", "none"), ("größe", "L")))
    labels = body("alertmanager", make_message(entries=(entry,)))["alerts"][0]["labels"]
    assert (labels["cost_center"], labels["_9th"], labels["severity"]) == ("7", "x", "critical")
    assert labels["gr__e"] == "L"


def test_an_api_and_the_prober_have_labels_of_their_own() -> None:
    of_api = replace(make_entry(), subject=Subject(SubjectKind.API, "orders"))
    of_prober = replace(make_entry(), subject=Subject(SubjectKind.PROBER, "fra"))
    first, second = body("alertmanager", make_message(entries=(of_api, of_prober)))["alerts"]
    assert (first["labels"]["api"], "check" in first["labels"]) == ("orders", False)
    assert second["labels"]["prober"] == "fra"


def test_quotes_do_not_leave_the_group_key() -> None:
    told = body("alertmanager", replace(make_message(), group=(("team", 'a"}\n\\'),)))
    assert told["groupKey"] == '{}/{channel="ops"}:{team="a\\"}\\n\\\\"}'


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.name)
def test_whatever_it_holds_it_fits_and_says_what_is_left_out(form: Form) -> None:
    entries = tuple(make_entry(number, is_firing=number % 2 == 0, reading="\u2603" * 2_000) for number in range(50))
    text = form.body(make_message(entries=entries, more=(10, 20), undelivered=("x" * 400,) * 100), HOME)
    assert len(text.encode()) <= form.limit
    told = json.loads(text)
    alerts = told["alerts"] if form.name == "alertmanager" else told["data"]["alerts"]
    left_out = told["truncatedAlerts"] if form.name == "alertmanager" else sum(told["data"]["left_out"].values())
    assert len(alerts) + left_out == 80


def test_cutting_is_the_same_each_time_and_keeps_the_first() -> None:
    entries = tuple(make_entry(number) for number in range(50))
    first, second = (FORMS["standard"].body(make_message(entries=entries), HOME) for _ in range(2))
    assert first == second
    told = json.loads(first)["data"]
    assert [each["id"] for each in told["alerts"]] == [f"a{n:010}" for n in range(len(told["alerts"]))]
    assert told["left_out"] == {"firing": 50 - len(told["alerts"]), "resolved": 0}


@given(st.text(st.characters(exclude_categories=()), max_size=200), st.sampled_from(list(FORMS)))
def test_any_text_comes_out_as_it_went_in(text: str, name: str) -> None:
    told = body(name, make_message(title=text, entries=(make_entry(note=text),)))
    alert = told["alerts"][0]["annotations"] if name == "alertmanager" else told["data"]["alerts"][0]
    assert (alert.get("note") or "") == text


def test_a_message_without_any_alert_is_told_too() -> None:
    for name in FORMS:
        assert body(name, make_message(entries=()))
