from __future__ import annotations

import base64
import html
import json
import random
import string
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.forms import encodings
from probe.model.sensitive import Redactor

SECRET = "c4nary/+ \"'&=<é>"

TRAVELS = {
    "as it is": SECRET,
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON as UTF-8": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    "JSON by PHP": json.dumps(SECRET)[1:-1].replace("/", "\\/"),
    "JSON by Go": "c4nary/+ \\\"'\\u0026=\\u003cé\\u003e",
    "JSON by Jinja": 'c4nary/+ \\"\\u0027\\u0026=\\u003c\\u00e9\\u003e',
    "JSON by Gson": 'c4nary/+ \\"\\u0027\\u0026\\u003d\\u003cé\\u003e',
    "a URL": quote(SECRET, safe=""),
    "a URL, in lower case": "c4nary%2f%2b%20%22%27%26%3d%3c%c3%a9%3e",
    "a URL's path": "c4nary/+%20%22'&=%3C%C3%A9%3E",
    "JavaScript's component": "c4nary%2F%2B%20%22'%26%3D%3C%C3%A9%3E",
    "a form": quote_plus(SECRET),
    "HTML by Python": html.escape(SECRET),
    "HTML's text": html.escape(SECRET, quote=False),
    "HTML by Go": "c4nary/&#43; &#34;&#39;&amp;=&lt;é&gt;",
    "HTML by PHP": "c4nary/+ &quot;&#39;&amp;=&lt;é&gt;",
    "HTML by Mustache": "c4nary&#x2F;+ &quot;&#39;&amp;&#x3D;&lt;é&gt;",
    "hexadecimal": SECRET.encode().hex(),
    "hexadecimal in upper case": SECRET.encode().hex().upper(),
    "Base64": base64.b64encode(SECRET.encode()).decode(),
    "Base64 without padding": base64.b64encode(SECRET.encode()).decode().rstrip("="),
    "URL-safe Base64": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "UTF-8 taken for Latin-1": SECRET.encode().decode("latin-1"),
}


@pytest.mark.parametrize("form", TRAVELS.values(), ids=TRAVELS)
def test_it_is_found_however_it_travels(form: str) -> None:
    assert Redactor.of([SECRET]).redact(f"<{form}>") == "<***>"


ODD = "\\\"'/&%25;# amp+nx0é水😀\n"
texts = st.text(min_size=4, max_size=30) | st.text(alphabet=ODD, min_size=4, max_size=30)
CHANGES: dict[str, Callable[[str], str]] = {
    "none": str,
    "HTML": html.escape,
    "HTML by number": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON as UTF-8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "URL": lambda text: quote(text, safe=""),
    "URL in a URL": lambda text: quote(quote(text, safe=""), safe=""),
    "form": lambda text: quote_plus(text, safe="!*'()"),
}


@given(st.text(max_size=5), texts, st.text(max_size=5), st.sampled_from(sorted(CHANGES)))
def test_whatever_is_done_to_its_characters_it_is_found(before: str, secret: str, after: str, name: str) -> None:
    change = CHANGES[name]
    redacted = Redactor.of([secret]).redact(f"{before}<{change(secret)}>{after}")
    assert change(secret) not in redacted.replace("***", "|")


@given(st.text(string.ascii_letters + string.punctuation.replace("?", "").replace("#", "") + "éß水 ", min_size=5))
def test_it_is_found_as_our_own_requests_spell_it(secret: str) -> None:
    for url in (f"http://x/hooks/{secret}|", f"http://x/?a={secret}|", f"http://x/?a={quote_plus(secret)}|"):
        try:
            sent = httpx.URL(url).raw_path.decode()
        except httpx.InvalidURL:
            continue
        if "/../" not in f"/{secret}/" and "/./" not in f"/{secret}/":  # httpx resolves those
            assert Redactor.of([secret]).redact(sent) in ("/hooks/***|", "/hooks/***%7C", "/?a=***|", "/?a=***%7C")


@given(st.binary(max_size=5), st.text(min_size=4, max_size=40), st.binary(max_size=5), st.booleans())
def test_base64_of_something_longer_holds_one_of_its_forms(
    before: bytes, secret: str, after: bytes, for_urls: bool
) -> None:
    encode = base64.urlsafe_b64encode if for_urls else base64.b64encode
    text = encode(before + secret.encode() + after).decode()
    assert any(form in text for form in encodings(secret) if len(form) >= 4)


def test_a_long_secret_is_found_in_pieces() -> None:
    lines = base64.encodebytes(random.Random(1).randbytes(48 * 60)).decode()
    key = f"-----BEGIN KEY-----\n{lines}-----END KEY-----\n"
    redactor = Redactor.of([key])
    assert redactor.redact(f"a {key} b") == "a *** b"
    assert redactor.redact(json.dumps([key.replace("\n", "\r\n")])) == '["***"]'
    part = redactor.redact(key[len(key) // 3 :])
    assert len(part) < len(key) // 10


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("\\" * 9 + "x", "\\"),
        ("x" * 60_000, "x"),
        ("ab" * 50 + "c", "ab"),
        ("%25" * 20 + "x", "%25"),
        ("/" * 30, "\\/"),
    ],
)
def test_looking_for_it_takes_no_longer_in_hostile_texts(secret: str, text: str) -> None:
    began = time.perf_counter()
    Redactor.of([secret]).redact((text * 8_192)[:8_192], is_cut=True)
    assert time.perf_counter() - began < 1  # 50 ms on a quiet machine


@pytest.mark.parametrize("secret", ["one\ntwo", "one\r\ntwo"])
def test_a_secret_of_several_lines_may_get_other_line_ends(secret: str) -> None:
    for form in ("one\ntwo", "one\r\ntwo", r"one\ntwo", r"one\r\ntwo", "one%0D%0Atwo"):
        assert Redactor.of([secret]).redact(form) == "***"
