from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.model.forms import forms

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
def test_it_knows_how_a_secret_travels(form: str) -> None:
    assert form in forms(SECRET)


def test_a_secret_of_several_lines_may_get_other_line_ends() -> None:
    assert {"one\ntwo", "one\r\ntwo", "one\\ntwo", "one%0D%0Atwo"} <= forms("one\ntwo")


@given(st.binary(max_size=5), st.text(min_size=4, max_size=40), st.binary(max_size=5), st.booleans())
def test_base64_of_something_longer_holds_one_of_its_forms(
    before: bytes, secret: str, after: bytes, for_urls: bool
) -> None:
    encode = base64.urlsafe_b64encode if for_urls else base64.b64encode
    text = encode(before + secret.encode() + after).decode()
    assert any(form in text for form in forms(secret) if len(form) >= 4)


@given(st.text(min_size=1))
def test_no_form_is_empty(secret: str) -> None:
    assert "" not in forms(secret)
