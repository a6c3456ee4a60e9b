from __future__ import annotations

from pathlib import Path

import pytest

from probe.config.load import loads
from probe.model.settings import Settings
from tests.unit.config.openslo.material import LATENCY, SLO, changed, told, written

FILE = """\
version: 1
timezone: Europe/Berlin
apis:
  web: {checks: {home: {get: https://web.example.com/}}}
"""


def settings(text: str = FILE) -> Settings:
    return loads(text.encode(), file="checks.yaml", environment={}, folder=Path())


def monthly(zone: str, text: str = SLO) -> str:
    window = f"timeWindow: [{{duration: 1M, calendar: {{startTime: 2026-01-01 00:00:00, timeZone: {zone}}}}}]"
    return changed(text, ("timeWindow: [{duration: 28d, isRolling: true}]", window))


def test_objectives_stand_below_their_service() -> None:
    made, findings = written(f"{SLO}---\n{LATENCY}")

    assert findings.refused == []
    assert (made.objectives, made.apis) == (2, 1)
    assert made.text == (
        "apis:\n"
        "  web:\n"
        "    slo:\n"
        "      availability:\n"
        "        name: web-availability\n"
        "        target: 99.5%\n"
        "        window: 28d\n"
        "        method: occurrences\n"
        "      latency:\n"
        "        name: web-latency\n"
        "        target: 99%\n"
        "        under: 300ms\n"
        "        window: 28d\n"
    )


def test_several_of_a_kind_are_a_list() -> None:
    made, _ = written(changed(SLO, ("[{target: 0.995}]", "[{target: 0.99}, {target: 0.9}]")))

    assert "availability:\n        - name: web-availability-1\n          target: 99%\n" in made.text
    assert "        - name: web-availability-2\n          target: 90%\n" in made.text


def test_windows_of_the_calendar_bring_their_time_zone() -> None:
    made, _ = written(monthly("America/New_York"))

    assert made.text.startswith("timezone: America/New_York\napis:\n")
    assert "window: month" in made.text


def test_a_file_that_is_there_keeps_its_time_zone() -> None:
    made, findings = written(monthly("Europe/Berlin"), settings())

    assert (made.objectives, findings.refused) == (1, [])
    assert "timezone" not in made.text


@pytest.mark.parametrize("with_file", [True, False])
def test_calendars_of_two_zones_do_not_fit_one_file(with_file: bool) -> None:
    other = monthly("America/New_York", changed(SLO, ("name: web-availability", "name: other")))
    made, findings = written(f"{monthly('Europe/Berlin')}---\n{other}", settings() if with_file else None)

    assert made.objectives == 1
    whose = "checks.yaml" if with_file else "a file"
    assert [problem.message for problem in findings.refused] == [
        f"windows of the calendar are those of one zone, {whose} has Europe/Berlin; this is America/New_York"
    ]


def test_a_service_must_be_an_api_of_the_file() -> None:
    made, findings = written(changed(SLO, ("service: web", "service: webs")), settings())

    assert made.text == ""
    assert told(findings.refused) == [
        'slos.yaml:15:16: spec.objectives[0]: checks.yaml has no API "webs"; did you mean "web"?'
    ]


def test_what_the_loader_would_refuse_is_left_out_with_its_reason() -> None:
    made, findings = written(changed(SLO, ("28d", "100Y")))

    assert made.text == ""
    (problem,) = findings.refused
    assert "1825d" in problem.message


def test_two_objectives_of_one_name_do_not_fit_one_api() -> None:
    other = changed(SLO, ("name: web-availability", "name: Web Availability"))
    made, findings = written(f"{SLO}---\n{other}")

    assert made.objectives == 1
    assert [problem.message for problem in findings.refused] == [
        'a second objective of web has the name "web-availability"'
    ]


@pytest.mark.parametrize("name", ["x" * 201, "${env:HOME}"])
def test_a_name_that_no_api_may_have_is_left_behind(name: str) -> None:
    service = f'apiVersion: openslo/v1\nkind: Service\nmetadata: {{name: web, displayName: "{name}"}}\n'
    made, findings = written(f"{SLO}---\n{service}")

    assert "    name: " not in made.text.splitlines()
    assert [problem.message for problem in findings.lost] == [
        "is not taken over: a name has at most 200 characters, and no ${…}"
    ]


def test_a_check_of_a_name_that_no_file_may_have_is_left_out() -> None:
    text = SLO.replace("spec: {api: web,", "spec: {api: web, check: Home Page,")
    made, findings = written(text)

    assert made.text == ""
    assert ['"Home Page" is no name' in problem.message for problem in findings.refused] == [True]
