from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from probe.model.result import Transcript
from probe.report.contents import pages
from probe.report.rendering import render
from probe.report.site import Site
from probe.report.words import visible
from tests.unit.report.markup import Reader
from tests.unit.report.material import broken, check, evidence, facts, site

SEEN = broken()
HOSTILE = st.one_of(
    st.text(min_size=1, max_size=60),
    st.text(alphabet="<>&\"'/=`{}%#-! \n\u202e\x00", min_size=1, max_size=40),
    st.sampled_from(
        [
            '"><img src=x onerror=alert(1)>',
            "</pre></style></script><script>alert(1)</script>",
            "<!--",
            "]]>",
            "{{ 7 * 7 }}{% raw %}",
            "&lt;b&gt;&amp;",
            "x" * 4096,
        ]
    ),
)


def told(text: str) -> Site:
    one = check(seen=SEEN)
    hostile = replace(
        one,
        facts=replace(facts(), name=text, url=text, labels=((text, text),)),
        failures=(
            evidence(text, text)._replace(
                transcript=Transcript(connection=text, request=text, response=text, body=text)
            ),
        ),
    )
    return site(hostile, api_name=text, title=text, notice=text)


def tags(text: str) -> dict[str, tuple[Counter[str], Counter[str]]]:
    made = {page.path: Reader(render(page)) for page in pages(told(text))}
    return {path: (reader.tags, reader.attributes) for path, reader in made.items()}


PLAIN = tags("plain")


@settings(max_examples=40)
@given(HOSTILE)
def test_any_text_stays_text(text: str) -> None:
    assert tags(text) == PLAIN


@settings(max_examples=40)
@given(HOSTILE)
def test_any_text_is_found_again_as_it_was_with_what_hides_made_visible(text: str) -> None:
    for page in pages(told(text)):
        if page.path.startswith("checks/"):
            assert Reader(render(page)).text.count(visible(text)) >= 9


@given(st.text())
def test_visible_text_can_be_written_and_stays_as_it_is(text: str) -> None:
    visible(text).encode()
    assert visible(visible(text)) == visible(text)
