"""`http.version` and `tls.version`: what the target and probe agreed to speak."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

from probe.assertions.kind import LISTS, Kind, Predicate, as_tuple
from probe.assertions.reading import Reading
from probe.assertions.subject import Subject
from probe.assertions.unreadable import Unreadable
from probe.model.check import ExpectedValue, JsonScalar, Operator

HTTP_VERSIONS: Final = ("HTTP/1.0", "HTTP/1.1", "HTTP/2")
TLS_VERSIONS: Final = ("TLSv1.2", "TLSv1.3")

_HTTP: Final = r"([hH][tT][tT][pP] ?/? ?)?(1\.[01]|2(\.0)?)|[hH]2"
_TLS: Final = r"([tT][lL][sS] ?[vV]? ?)?1\.[23]"


def _accept(written: str, known: tuple[str, ...], protocol: str) -> Callable[[Operator, JsonScalar], str]:
    """From any of its spellings to the one that a sample has; they differ by their numbers alone."""
    spelling = re.compile(written, re.ASCII)
    choice = f"{', '.join(known[:-1])} or {known[-1]}"

    def accept(_: Operator, value: JsonScalar) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        if not spelling.fullmatch(text):
            raise ValueError(f'"{text[:40]}" is not a version of {protocol}; write {choice}')
        number = re.sub(r"^\D*|(?<=2)\.0$", "", "2" if text.lower() == "h2" else text)
        return next(version for version in known if version.endswith(number))

    return accept


def _predicate(_: Operator, expected: ExpectedValue) -> Predicate[str]:
    return frozenset(map(str, as_tuple(expected))).__contains__


def _kind(written: str, known: tuple[str, ...], protocol: str) -> Kind[str]:
    numbers = sorted(float(version.lstrip("HTLPSv/")) for version in known)
    return Kind(
        operators=(Operator.EQUAL, Operator.NOT_EQUAL, *LISTS),
        example=known[-1],
        bare=str,
        accept=_accept(written, known, protocol),
        write=lambda _, value: str(value),
        predicate=_predicate,
        show=str,
        schema={"anyOf": [{"enum": [*known, *numbers]}, {"type": "string", "pattern": f"^({written})$"}]},
    )


def _http(reading: Reading) -> str:
    version = reading.sample.http_version
    if version is None:
        raise Unreadable("no version of HTTP is known")
    return version


def _tls(reading: Reading) -> str:
    tls = reading.sample.tls
    if tls is None or tls.version is None:
        raise Unreadable("no version of TLS, for the connection is not encrypted")
    return tls.version


HTTP_VERSION: Final[Subject[str]] = Subject(
    name="http.version",
    about="the version of HTTP that was spoken",
    example="http.version == HTTP/2",
    kind=_kind(_HTTP, HTTP_VERSIONS, "HTTP"),
    reader=lambda _: _http,
)

TLS_VERSION: Final[Subject[str]] = Subject(
    name="tls.version",
    about="the version of TLS that was spoken",
    example="tls.version == TLSv1.3",
    kind=_kind(_TLS, TLS_VERSIONS, "TLS"),
    reader=lambda _: _tls,
)
