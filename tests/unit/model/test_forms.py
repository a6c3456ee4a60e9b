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


EVERY_CHARACTER: dict[str, Callable[[bytes], str]] = {
    "percent-encoded": lambda data: "".join(f"%{each:02X}" for each in data),
    "percent-encoded twice": lambda data: "".join(f"%25{each:02x}" for each in data),
    "by number in JSON": lambda data: "".join(f"\\u{each:04x}" for each in data),
    "by number in JSON in JSON": lambda data: "".join(f"\\\\u{each:04X}" for each in data),
    "by number in a literal": lambda data: "".join(f"\\x{each:02x}" for each in data),
    "by number in HTML": lambda data: "".join(f"&#{each};" for each in data),
    "by hexadecimal number in HTML": lambda data: "".join(f"&#x{each:x};" for each in data),
    "by number in HTML in HTML": lambda data: "".join(f"&amp;#x{each:X};" for each in data),
    "hexadecimal with blanks": lambda data: data.hex(" "),
    "hexadecimal with colons": lambda data: data.hex(":").upper(),
    "hexadecimal, each by itself": lambda data: ", ".join(f"0x{each:02x}" for each in data),
    "hexadecimal in lines": lambda data: data.hex(" ").replace(" ", "\r\n", 4),
    "upper case": lambda data: data.decode().upper(),
    "lower case": lambda data: data.decode().lower(),
    "lower case, percent-encoded": lambda data: "".join(f"%{each:02x}" for each in data.lower()),
}


@pytest.mark.parametrize("change", EVERY_CHARACTER.values(), ids=EVERY_CHARACTER)
def test_it_is_found_where_every_character_was_changed(change: Callable[[bytes], str]) -> None:
    assert Redactor.of(["CanAry7Qx/S+=9"]).redact(f"<{change(b'CanAry7Qx/S+=9')}>") == "<***>"


@pytest.mark.parametrize("before", range(120))
@pytest.mark.parametrize("line_break", ["\n", "\r\n", r"\n"])
def test_it_is_found_in_base64_that_was_broken_into_lines(before: int, line_break: str) -> None:
    secret = "CanAry7Qx/S+=9" * 3
    encoded = base64.encodebytes(b"x" * before + secret.encode() + b"x" * 90).decode().replace("\n", line_break)
    assert "***" in Redactor.of([secret]).redact(encoded)


def test_a_short_secret_is_found_in_its_own_letters_only() -> None:
    assert Redactor.of(["Orders"]).redact("orders, Orders") == "orders, ***"
    assert Redactor.of(["Orders-1"]).redact("orders-1, ORDERS%2D1") == "***, ***"


@pytest.mark.parametrize("length", range(4, 14))
def test_its_start_is_found_in_other_letters_where_the_text_was_cut(length: int) -> None:
    assert Redactor.of(["CanAry7Qx/S+=9"]).redact(f"x: {'canary7qx/s+=9'[:length]}", is_cut=True) == "x: ***"


def test_what_is_escaped_without_need_stays_so_where_it_hides_no_secret() -> None:
    text = r"%41%42 \u0041 &#65; 41:42:43:44:45"
    assert Redactor.of(["another-one"]).redact(text) == text


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
        ("\u6c34" * 128, "\u6c34"),
        ("Secret-Of-Ours", "%41"),
        ("Secret-Of-Ours", "41 "),
        ("Secret-Of-Ours", "A"),
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
