"""A target that sends secrets back in every way: none of it is found in what probe prints, logs, stores or shows."""

from __future__ import annotations

import asyncio
import base64
import gzip
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import brotli

from probe.model.forms import encodings
from probe.model.sensitive import Sensitive
from probe.store import open_store
from tests.e2e.daemon import daemon, run_probe, write_checks
from tests.fakes.servers import read_request, serving

CANARY: Final = 'c4nary-4f9a/+"<é>&k3y'
TOKEN: Final = "t0ken-0123456789"
OWN: Final = "0wn-s3cret-of-the-target"
"""No configuration knows it: it is told by what it is called."""

REFLECTED: Final = {
    "plain": CANARY,
    "json": json.dumps({"you": {"sent": CANARY}, "access_token": OWN}),
    "html": f'<p>{html.escape(CANARY)}</p><input name="csrf_token" value="{OWN}">',
    "base64": base64.b64encode(f"you sent {CANARY}, did you".encode()).decode(),
    "url": f"https://else.example/?key={quote(CANARY, safe='')}&sig={OWN}",
    "hex": CANARY.encode().hex(),
    "cut": "x" * 4_090 + CANARY,
    "cut-later": "x" * 8_182 + CANARY,
    "binary": f"\0\1{CANARY}",
    "gzip": f"you sent {CANARY}",
    "br": f"you sent {CANARY}",
    "redirect": "",
    "endless": f"{CANARY} " * 100,
}
NOT_HTTP: Final = "not-http"

REQUEST: Final = (
    '{{post: "/{name}", body: "${{env:CANARY}}", auth: {{bearer: "${{env:TOKEN}}"}}, headers: {{x-key: "${{env:TOKEN}}"}}, '
    'query: {{key: "${{env:CANARY}}"}}, max_body: 20kB, timeout: 1s, confirm: {{retries: 0}}, '
    "expect: [body == nothing, header x-echo == nothing]}}"
)


async def reflect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head, _ = await read_request(reader)
    name = head.split()[1].decode().partition("?")[0][1:]
    if name == NOT_HTTP:
        writer.write(f"HTTP/1.1 200 OK\r\n{CANARY}\r\n\r\n".encode())
        return
    body = REFLECTED[name].encode()
    headers = [f"x-echo: {quote(CANARY)} {TOKEN}", f"set-cookie: sid={OWN}; Path=/", f"x-api-key: {OWN}"]
    headers.append(f"location: /elsewhere/{quote(CANARY, safe='')}?token={OWN}")
    if name in ("gzip", "br"):
        body = gzip.compress(body) if name == "gzip" else brotli.compress(body)
        headers.append(f"content-encoding: {name}")
    status = "302 Found" if name == "redirect" else "500 Oh"
    length = len(body) + (name == "endless")  # one byte is never sent
    lines = "".join(f"{line}\r\n" for line in headers)
    writer.write(f"HTTP/1.1 {status}\r\n{lines}content-length: {length}\r\n\r\n".encode() + body)
    if name == "endless":
        await writer.drain()
        await asyncio.sleep(60)


async def test_what_a_target_sends_back_of_a_secret_is_found_nowhere(tmp_path: Path) -> None:
    secrets = {"CANARY": CANARY, "TOKEN": TOKEN}
    names = (*REFLECTED, NOT_HTTP)
    async with serving(reflect) as server:
        write_checks(tmp_path, server.url(""), "\n".join(f"{name}: {REQUEST.format(name=name)}" for name in names))
        shown = await run_probe("check", "--verbose", folder=tmp_path, **secrets)
        as_json = await run_probe("check", "--json", folder=tmp_path, **secrets)
        write_checks(
            tmp_path,
            server.url(""),
            "\n".join(f"{name}: {REQUEST.format(name=name)[:-1]}, interval: 2s}}" for name in names),
        )
        async with daemon(tmp_path, **secrets) as running:
            await running.until(lambda: all(running.records(f"shop/{name}") for name in names))
            assert await running.end() == 0
    places = {
        "check": shown.output + shown.errors,
        "json": as_json.output + as_json.errors,
        "log": "\n".join(running.log),
        "files": b"".join(path.read_bytes() for path in _files(tmp_path)).decode("latin-1"),
        "transcripts": "\n".join(_stored(tmp_path, names)),
    }
    for name, text in places.items():
        for secret in secrets.values():
            for form in (secret, json.dumps(secret)[1:-1], quote(secret), html.escape(secret), *encodings(secret)):
                assert form not in text, f"{form!r} of {secret!r} in {name}"
        assert OWN not in text, f"in {name}"
        assert CANARY[:6] not in text, f"in {name}"
    for name in names:
        assert f"/{name}?key=***" in places["transcripts"]
    assert "you sent ***" in places["files"]


def _files(folder: Path) -> Iterator[Path]:
    """The store and the report."""
    yield from (file for file in folder.rglob("probe.db*") if file.is_file())
    yield from (folder / "reports").rglob("*.html")


def _stored(folder: Path, names: tuple[str, ...]) -> Iterator[str]:
    """Transcripts are compressed, so that they can't be searched as they lie there."""
    with open_store(Sensitive.plain(f"sqlite:///{folder / 'probe.db'}"), create=False) as store:
        for name in names:
            for item in store.failures(f"shop/{name}", limit=99, transcripts=99):
                if told := item.transcript:
                    yield from (told.connection, told.request, told.response, told.body)
