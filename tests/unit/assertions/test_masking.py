from __future__ import annotations

import json
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from probe.assertions.masking import mask, mask_head

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # JSON
        ('{"password": "hun\\"ter2", "n": 1}', '{"password": "***", "n": 1}'),
        ('{"accessToken":"a","refresh_token" : "b"}', '{"accessToken":"***","refresh_token" : "***"}'),
        ('{"pin": 4170, "tokens": ["a]", "b"], "x": 2}', '{"pin": "***", "tokens": "***", "x": 2}'),
        ('{"session": {"id": 5}, "has_token": true, "secret": null}', '{"session": {"id": 5}, "has_token": true, "secret": null}'),
        ('{"API key": "a", "author": "b", "monkey": "c"}', '{"API key": "***", "author": "b", "monkey": "c"}'),
        ('{"password": "cut off he', '{"password": "***"'),
        ('{"password": "cut in an escape\\', '{"password": "***"\\'),
        ('{"log": "{\\"secret\\": \\"a\\\\\\"b\\", \\"n\\": 1}"}', '{"log": "{\\"secret\\": \\"***\\", \\"n\\": 1}"}'),
        ('{"name": "X-Api-Key", "value": "a"}', '{"name": "X-Api-Key", "value": "***"}'),
        ("{'secret': 'a\"b', 'n': 1}", "{'secret': '***', 'n': 1}"),
        ('"password" => "a", "n" => 1', '"password" => "***", "n" => 1'),
        # Queries and forms
        ("GET /a?api_key=abc&x=1&sig=q HTTP/1.1", "GET /a?api_key=***&x=1&sig=*** HTTP/1.1"),
        ("X-Amz-Signature=ab&X-Amz-Credential=cd%2Fe&x=1", "X-Amz-Signature=***&X-Amz-Credential=***&x=1"),
        ("user[password]=a,b;c&user%5Btoken%5D=d", "user[password]=***&user%5Btoken%5D=***"),
        ("next=https%3A%2F%2Fx%3Ftoken%3Dabc&x=1", "next=https%3A%2F%2Fx%3Ftoken%3D***&x=1"),
        ('"https://x/?token=abc\\u0026n=1"', '"https://x/?token=***\\u0026n=1"'),
        ('failed: password="a b" n=1', 'failed: password="***" n=1'),
        # Lines, XML, HTML
        ("token: abc def\nuser: x", "token: ***\nuser: x"),
        ("  db_password:   'a b'\n", "  db_password:   ***\n"),
        ("Invalid token: signature mismatch", "Invalid token: signature mismatch"),
        ("<password>a</password><a:Token n='1'><![CDATA[b]]>", "<password>***</password><a:Token n='1'><![CDATA[***"),
        ('<input name="csrf_token" value="a\'b"/>', '<input name="csrf_token" value="***"/>'),
        ("<input value='a' name=password>", "<input value='***' name=password>"),
        ('<meta name="csrf-token" content="a" />', '<meta name="csrf-token" content="***" />'),
        (json.dumps('<input name="csrf_token" value="a b">'), json.dumps('<input name="csrf_token" value="***">')),
        (json.dumps('<input value="a b" name="csrf_token">'), json.dumps('<input value="***" name="csrf_token">')),
        (json.dumps('password="a b" n=1'), json.dumps('password="***" n=1')),
        # What is called nothing, but has its own look
        ("says Bearer abc.def-1 and", "says Bearer *** and"),
        ("Basic dXNlcjpwYXNz", "Basic ***"),
        ('Basic realm="shop"', 'Basic realm="shop"'),
        (f"the token {JWT}.", "the token ***"),
        ("AKIAIOSFODNN7EXAMPLE, ghp_0123456789abcdefghij", "***, ***"),
        ("redis://:p@ss@db:1/0 https://me@x/?a=b@c", "redis://***@db:1/0 https://***@x/?a=b@c"),
        ("a -----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----\nb", "a ***\nb"),
        ('"-----BEGIN PRIVATE KEY-----\\nMII', '"***'),
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_masked_and_the_rest_is_left(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("name", "value", "masked"),
    [
        ("Authorization", "Bearer abc", "Bearer ***"),
        ("authorization", 'Digest username="me", response="abc"', "Digest ***"),
        ("authorization", "abc", "***"),
        ("proxy-authorization", "Basic abc", "Basic ***"),
        ("cookie", "a=1; b=2=3; c", "a=***; b=***;***"),
        ("Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=***; Path=/; HttpOnly"),
        ("x-api-key", "abc def", "***"),
        ("x-vault-token", "abc", "***"),
        ("access-control-allow-credentials", "true", "true"),
        ("www-authenticate", 'Bearer realm="a", error="invalid_token"', 'Bearer realm="a", error="invalid_token"'),
        ("location", "/x?token=1&n=2", "/x?token=***&n=2"),
        ("etag", '"0123456789abcdef"', '"0123456789abcdef"'),
    ],
)
def test_a_header_keeps_its_name_and_what_is_harmless_of_its_value(name: str, value: str, masked: str) -> None:
    assert mask_head(f"HTTP/1.1 200\n{name}: {value}\nx: y") == f"HTTP/1.1 200\n{name}: {masked}\nx: y"


keys = st.sampled_from(["password", "clientSecret", "X-Api-Key", "session", "pin", "sig"])
values = st.text(min_size=1).map(lambda text: f"c4nary{text}c4nary")
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | keys, inner) | st.dictionaries(keys, values | st.lists(values)),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=300)
@example({"pin": [[["a"]]]}, True, None)
@example({"pin": [["c4nary"], 1]}, True, None)
@example({"pin": [{"a": [1]}]}, True, 2)
@given(documents, st.booleans(), st.sampled_from([None, 2]))
def test_json_stays_json_and_loses_every_value_with_a_telling_name(
    document: object, ascii_only: bool, indent: int | None
) -> None:
    masked = mask(json.dumps({"a": document, "token": "c4nary"}, ensure_ascii=ascii_only, indent=indent))
    json.loads(masked)
    if "c4nary" not in json.dumps(_without_telling(document)):
        assert "c4nary" not in masked


def _without_telling(document: object) -> object:
    """Without what stands under a telling name itself; what is nested there has names of its own."""
    if isinstance(document, dict):
        return {key: _without_telling(value) for key, value in document.items() if key not in TELLING}
    return [_without_telling(item) for item in document] if isinstance(document, list) else document


TELLING = ("password", "clientSecret", "X-Api-Key", "session", "pin", "sig")


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    mask(text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize(
    "part",
    ["token=a&", '"token":"a",', "a", "token", "<token>a", "-----BEGIN PRIVATE KEY", "name=token ", "x://a", '\\"', "bearer ", "'token':[", "é", "value=a "],
)  # fmt: skip
def test_masking_takes_no_longer_for_hostile_texts(part: str) -> None:
    text = (part * 8_192)[:8_192]
    began = time.perf_counter()
    mask(text)
    assert time.perf_counter() - began < 0.5  # 10 ms on a quiet machine; a text twice as long takes twice as long
