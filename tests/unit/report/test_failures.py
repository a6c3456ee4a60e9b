from __future__ import annotations

from dataclasses import replace

from probe.model.result import Evidence, Transcript, Verdict
from probe.model.units import MINUTE
from probe.report.contents import pages
from probe.report.failures import RECENT, failure_note, failures_of_api, failures_of_check
from probe.report.rendering import render
from probe.report.site import Site, SiteCheck
from tests.unit.report.markup import Reader
from tests.unit.report.material import NOW, ZONE, broken, check, evidence, site

TOLD = Transcript(
    connection="address: 192.0.2.1:443",
    request="GET / HTTP/1.1\nhost: shop.example",
    response="HTTP/1.1 503",
    body='<script>alert("1")</script>\n\tand so on',
)


def failing(*transcripts: Transcript | None) -> SiteCheck:
    """A check whose last failures, newest first and a minute apart, have these transcripts."""
    failures = [
        evidence()._replace(scheduled_at=NOW - number * MINUTE, transcript=transcript)
        for number, transcript in enumerate(transcripts)
    ]
    return replace(check(seen=broken()), failures=tuple(failures))


def test_a_failure_keeps_only_what_was_not_met() -> None:
    met = evidence().outcomes[0].__class__(expectation="latency < 1s", verdict=Verdict.PASSED)
    note = failure_note(evidence()._replace(outcomes=(met, *evidence().outcomes)), ZONE)
    assert [(item.expectation, item.actual) for item in note.unmet] == [("status == 200", "503")]
    assert (note.kind, note.status, note.attempts) == ("timed out", "", 3)
    assert note.at.text == "20 Nov 2026, 12:55:00 CET"


def test_what_went_to_and_fro_is_told_part_by_part_as_far_as_there_is_any() -> None:
    (note,) = failures_of_check(failing(TOLD), ZONE).latest
    assert [part.name for part in note.exchange] == ["Connection", "Request", "Response", "Body"]
    (note,) = failures_of_check(failing(Transcript(connection="failure: refused")), ZONE).latest
    assert [(part.name, part.text) for part in note.exchange] == [("Connection", "failure: refused")]


def test_the_newest_five_are_seen_at_once_and_those_that_show_what_went_to_and_fro() -> None:
    found = failures_of_check(failing(*[None] * 9, TOLD, *[None] * 30, TOLD), ZONE)
    assert [note.at.text[-12:-4] for note in found.latest] == [
        "13:00:00", "12:59:00", "12:58:00", "12:57:00", "12:56:00", "12:51:00", "12:20:00"
    ]  # fmt: skip
    assert len(found.earlier) == RECENT - 6
    assert found.has_exchanges


def test_the_page_of_an_api_tells_no_more_than_why() -> None:
    found = failures_of_api([failing(TOLD), failing(TOLD)], ZONE)
    assert not found.has_exchanges


def rendered(told: Evidence | None = None) -> dict[str, Reader]:
    one = failing(TOLD)
    shown: Site = site(replace(one, failures=(told,)) if told else one)
    return {page.path: Reader(render(page)) for page in pages(shown)}


def test_it_stands_on_the_checks_page_alone_and_is_only_text() -> None:
    found = rendered()
    for part in (TOLD.request, TOLD.body):
        assert part in found["checks/orders/list.html"].text
    assert {path for path, page in found.items() if page.tags["pre"]} == {"checks/orders/list.html"}
    assert found["checks/orders/list.html"].tags["script"] == 0


def test_a_page_without_a_transcript_does_not_speak_of_it() -> None:
    assert "went to and fro" not in rendered(evidence())["checks/orders/list.html"].text
