"""Bodies that are no document, or one that is meant to break whoever reads it."""

from __future__ import annotations

from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import Behaviour, answers, ok
from tests.integration.hostile.row import SECRET, Hostile

_DEEP: Final = 100_000


def _json(body: bytes) -> Behaviour:
    return answers(ok(body, "content-type: application/json"))


def _text(body: bytes, charset: str) -> Behaviour:
    return answers(ok(body, f"content-type: text/plain; charset={charset}"))


DOCUMENTS: Final = (
    *(
        Hostile(
            name=f"JSON: {name}",
            behave=_json(body),
            kind=FailureKind.ASSERTION,
            says=says,
            status=200,
            expects=("json $.a exists",),
        )
        for name, body, says in (
            ("100,000 brackets", b"[" * _DEEP, "nested too deeply"),
            ("100,000 pairs of brackets", b"[" * _DEEP + b"]" * _DEEP, "nested too deeply"),
            ("100,000 objects", b'{"a":' * _DEEP + b"1" + b"}" * _DEEP, "nested too deeply"),
            ("a number of 5,000 digits", b'{"a":' + b"9" * 5_000 + b"}", "too many digits"),
            ("a number of 900,000 digits", b'{"a":' + b"9" * 900_000 + b"}", "too many digits"),
            ("NaN", b'{"a":NaN}', "it holds NaN"),
            ("Infinity", b'{"a":Infinity}', "it holds Infinity"),
            ("-Infinity", b'{"a":-Infinity}', "it holds -Infinity"),
            ("a key twice", b'{"a":1,"a":2}', 'repeats the key "a"'),
            ("a secret as a key, twice", f'{{"{SECRET}":1,"{SECRET}":2}}'.encode(), "repeats the key"),
            ("no UTF-8", b'{"a":"\xff\xfe"}', "no UTF-8"),
            ("overlong UTF-8", b'{"a":"\xc0\x80"}', "no UTF-8"),
            ("a surrogate in UTF-8", b'{"a":"\xed\xa0\x80"}', "no UTF-8"),
            ("UTF-16", '{"a":1}'.encode("utf-16"), "no UTF-8"),
            ("a lone surrogate as a key", b'{"\\ud800":1}', "nothing at"),
            ("nothing", b"", "empty"),
            ("two documents", b'{"a":1}{"a":2}', "not JSON"),
            ("cut off", b'{"a":', "not JSON"),
            ("a control character", b'{"a":"\x01"}', "not JSON"),
            ("HTML", f"<html>{SECRET}".encode(), "not JSON"),
        )
    ),
    *(
        Hostile(
            name=f"JSON: {name}",
            behave=_json(body),
            kind=FailureKind.ASSERTION,
            says=says,
            status=200,
            expects=(expects,),
        )
        for name, body, expects, says in (
            ("a number beyond all floats", b'{"a":1e999}', "json $.a > 1", "too large to be compared"),
            ("an exponent beyond all", b'{"a":1E400000}', "json $.a == 5", "too large to be compared"),
            ("a lone surrogate", b'{"a":"\\ud800"}', "json $.a == x", "\\ud800"),
            ("a byte order mark", b'\xef\xbb\xbf{"a":1}', "json $.a == 2", "found 1"),
            ("900 levels to look through", b'{"b":' * 900 + b"1" + b"}" * 900, "json $..a exists", "too deeply"),
            ("a wide document", b"[" + b"[1,2,3]," * 50_000 + b"1]", "json $..[*] == 7", "more than 50,000 values"),
            ("a secret", f'{{"a":"{SECRET}"}}'.encode(), "json $.a == x", "***"),
        )
    ),
    *(
        Hostile(
            name=f"text: {name}",
            behave=_text(body, charset),
            kind=FailureKind.ASSERTION,
            says=says,
            status=200,
            expects=(expects,),
        )
        for name, charset, body, expects, says in (
            ("a charset that nobody knows", SECRET, b"abc", "body == x", "abc"),
            ("a charset that is a codec", "zlib_codec", b"abc", "body == x", "abc"),
            ("a charset of 90,000 letters", "x" * 90_000, b"abc", "body == x", "abc"),
            ("terminal sequences", "utf-8", b"\x1b[2J\xe2\x80\xae", "body == x", "\\u001b[2J\\u202e"),
            ("what a pattern could choke on", "utf-8", b"a" * 900_000, 'body matches "(a+)+$b"', "aaa"),
        )
    ),
)
