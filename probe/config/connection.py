"""How a check gets to its target, from all that its levels say; and what doesn't go together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final, NamedTuple
from urllib.parse import unquote

from probe.config.filling import Filling
from probe.config.levels import Level, merged, nearest, place
from probe.config.pem import look_into
from probe.config.proxy import NONE, read_proxy
from probe.config.sections import DnsFields, TlsFields
from probe.model.check import AddressPolicy, Connection, DnsPolicy, Family, TlsPolicy, TlsVersion
from probe.model.sensitive import Sensitive
from probe.model.units import DAY, SECOND, Micros, format_duration

DEFAULT_DNS_TIMEOUT: Final = 5 * SECOND
LONGEST_TTL: Final = DAY
_SOCKET_URL: Final = re.compile(r"(?:https?\+)?unix:(?://)?", re.IGNORECASE)
LONGEST_SOCKET: Final = 107
"""Bytes of a socket's path that fit `sun_path`, unix(7)."""

_MAY_BE_NONE: Final = ("ca_file", "certificate", "key", "server_name")
_PEM: Final = {"ca_file": "certificates", "certificate": "a certificate", "key": "a private key"}


class Vetting(NamedTuple):
    """Which addresses are allowed, and whose word that is: the file's, or the operator's who doesn't trust the file."""

    policy: AddressPolicy
    by_operator: bool = False

    @property
    def reason(self) -> str:
        """Why only public addresses are allowed, where they are."""
        return "PROBE_DENY_PRIVATE is set" if self.by_operator else "addresses.deny_private is true"


@dataclass(frozen=True, slots=True)
class ConnectionBuilder:
    """Builds one check's connection; what is wrong is blamed, and the rest is still looked at."""

    filling: Filling
    folder: FilePath
    vetting: Vetting

    def connection(self, levels: Sequence[Level], timeout: Micros) -> Connection:
        """The connection of a check; of its `levels` the nearest comes first and wins."""
        built = Connection(
            tls=self._tls(levels),
            dns=self._dns(levels, timeout),
            addresses=self.vetting.policy,
            reuse=nearest(levels, lambda fields: fields.connection, "new") == "reuse",
            http2=nearest(levels, lambda fields: fields.http, "1.1") == "2",
            proxy=self._proxy(levels),
            unix_socket=self._unix_socket(levels),
        )
        for keys, message in (*_clashes(built), *_leaks(built, self.vetting), *_unfit_key(built.tls)):
            self.filling.blame(place(levels, *keys), message)
        return built

    def examine(self, level: Level) -> None:
        """Look at the values of a level by themselves: a check may have others of its own."""
        self._tls([level])
        self._proxy([level])
        self._unix_socket([level])

    def _tls(self, levels: Sequence[Level]) -> TlsPolicy:
        said = _tls_fields(levels)
        return TlsPolicy(
            verify=said.verify is not False,
            ca_file=self._file(levels, "ca_file", said.ca_file),
            min_version=said.min_version or TlsVersion.V1_2,
            server_name=said.server_name,
            certificate=self._file(levels, "certificate", said.certificate),
            key=self._file(levels, "key", said.key),
        )

    def _file(self, levels: Sequence[Level], key: str, named: str | None) -> str | None:
        if named is None:
            return None
        path = place(levels, f"tls.{key}")
        text = self.filling.text(named, path).reveal()
        file = self.folder / text
        if "${" in text:  # a reference that leads nowhere, and is blamed already
            return str(file)
        if not _is_file(file):
            self.filling.blame(path, f"there is no file {named}; it must hold {_PEM[key]} in PEM form")
        elif problem := (look_into(file).key if key == "key" else look_into(file).certificate).problem:
            self.filling.blame(path, f"{named} {problem}")
        return str(file)

    def _dns(self, levels: Sequence[Level], timeout: Micros) -> DnsPolicy:
        said = merged(levels, lambda fields: fields.dns, DnsFields())
        if said.ttl and said.ttl > LONGEST_TTL:
            self.filling.blame(
                place(levels, "dns.ttl"),
                f"must be at most {format_duration(LONGEST_TTL)}; it is {format_duration(said.ttl)}",
            )
        if said.timeout is not None and not 0 < said.timeout <= timeout:
            self.filling.blame(
                place(levels, "dns.timeout", "timeout"),
                f"dns.timeout must be more than 0s and fit the timeout of {format_duration(timeout)}; "
                f"it is {format_duration(said.timeout)}",
            )
        return DnsPolicy(
            servers=tuple(said.servers or ()),
            ttl=said.ttl or 0,
            timeout=min(DEFAULT_DNS_TIMEOUT, timeout) if said.timeout is None else said.timeout,
            family=said.family or Family.ANY,
        )

    def _proxy(self, levels: Sequence[Level]) -> Sensitive | None:
        written = nearest(levels, lambda fields: fields.proxy, NONE)
        return None if written == NONE else read_proxy(self.filling, written, place(levels, "proxy"))

    def _unix_socket(self, levels: Sequence[Level]) -> str | None:
        written = nearest(levels, lambda fields: fields.unix_socket, NONE)
        if written == NONE:
            return None
        path = place(levels, "unix_socket")
        text = self.filling.text(written, path).reveal()
        socket = self.folder / text
        if not text or "\0" in text:
            self.filling.blame(path, "is no file name: it is empty, or has a NUL character")
        elif url := _SOCKET_URL.match(text):
            self.filling.blame(path, f"write the path alone{_the_rest(written, url.end())}")
        elif len(bytes(socket)) > LONGEST_SOCKET:
            self.filling.blame(
                path, f"the whole path has {len(bytes(socket))} bytes; a socket's may have {LONGEST_SOCKET}"
            )
        return str(socket)


def _the_rest(written: str, start: int) -> str:
    """`, /tmp/x.sock` for `unix:///tmp/x.sock`; nothing where a reference brought the scheme in."""
    return f", {unquote(written[start:])}" if _SOCKET_URL.match(written) and written[start:] else ""


def _is_file(path: FilePath) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is too long, or a folder may not be looked into
        return False


def _tls_fields(levels: Sequence[Level]) -> TlsFields:
    """What the levels say of TLS, without what the nearest undoes; no certificate needs no key of an outer level."""
    said = merged(levels, lambda fields: fields.tls, TlsFields())
    undone = {key: None for key in _MAY_BE_NONE if getattr(said, key) == NONE}
    if "certificate" in undone and said.key and place(levels, "tls.key", "tls.certificate")[-1] != "key":
        undone["key"] = None
    return said.model_copy(update=undone)


def definition(levels: Sequence[Level], connection: Connection) -> list[object]:
    """All of it that decides a result, for a fingerprint: paths and secrets as they are written."""
    tls, dns, addresses = connection.tls, connection.dns, connection.addresses
    files = _tls_fields(levels)
    return [
        [tls.verify, tls.min_version, tls.server_name, files.ca_file, files.certificate, files.key],
        [dns.servers, dns.ttl, dns.timeout, dns.family],
        [addresses.allow, addresses.deny, addresses.deny_private],
        [connection.reuse, connection.http2, connection.proxy and connection.proxy.shown],
        nearest(levels, lambda fields: fields.unix_socket, NONE),
    ]


def _clashes(built: Connection) -> Iterator[tuple[tuple[str, ...], str]]:
    """What can't be together: the keys, of which the nearest is blamed, and why."""
    if built.tls.key and not built.tls.certificate:
        yield ("tls.key",), "is of no use without tls.certificate; name that file too"
    if built.unix_socket and built.proxy:
        yield (
            ("unix_socket", "proxy"),
            "a Unix socket is not reached through a proxy; write proxy: none, or unix_socket: none",
        )
    if built.unix_socket and built.http2:
        yield ("unix_socket", "http"), "over a Unix socket HTTP/1.1 is spoken; write http: 1.1, or unix_socket: none"
    if built.reuse and built.proxy:
        yield (
            ("connection", "proxy"),
            "through a proxy each attempt is a connection of its own; write connection: new, or proxy: none",
        )
    if built.reuse and built.http2:
        yield (
            ("connection", "http"),
            "with HTTP/2 each attempt is a connection of its own; write connection: new, or http: 1.1",
        )


def _unfit_key(tls: TlsPolicy) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with the certificate and its key together, where each file by itself is fine."""
    if not tls.certificate:
        return
    certificate = look_into(FilePath(tls.certificate)).certificate
    key = look_into(FilePath(tls.key or tls.certificate)).key
    if certificate.problem or (key.problem and tls.key):
        return
    if key.problem:
        yield ("tls.certificate",), f"tls.key is not given, and this file {key.problem}"
    elif key.public_key != certificate.public_key:
        yield ("tls.key", "tls.certificate"), "the private key does not fit the certificate of tls.certificate"


def _leaks(built: Connection, vetting: Vetting) -> Iterator[tuple[tuple[str, ...], str]]:
    """What would get past the vetting of addresses, where only public ones are allowed."""
    if not vetting.policy.deny_private:
        return
    if built.proxy:
        yield ("proxy",), f"{vetting.reason}, and a proxy would connect to any address; write proxy: none"
    if built.unix_socket:
        yield ("unix_socket",), f"{vetting.reason}, and a socket has no address to vet; write unix_socket: none"
    if built.dns.servers and vetting.by_operator:
        yield ("dns.servers",), f"{vetting.reason}, and name servers of the file may be anywhere; remove them"


def facts(levels: Sequence[Level], built: Connection) -> tuple[tuple[str, str], ...]:
    """What differs from the default and a reader should know, as label and text; secrets stay references."""
    proxy = re.sub(r"//.*@", "//", built.proxy.shown, flags=re.DOTALL) if built.proxy else ""
    tls = (
        "version 1.3 only" if built.tls.min_version is TlsVersion.V1_3 else "",
        f"the certificate of {built.tls.server_name}" if built.tls.server_name else "",
        "with a certificate of its own" if built.tls.certificate else "",
    )
    names = (
        f"from {', '.join(built.dns.servers)}" if built.dns.servers else "",
        f"kept for {format_duration(built.dns.ttl)}" if built.dns.ttl else "",
        {Family.IPV4: "IPv4 only", Family.IPV6: "IPv6 only"}.get(built.dns.family, ""),
    )
    lines = (
        ("Connection", "kept from one attempt to the next" if built.reuse else ""),
        ("HTTP", "version 2 where the target speaks it" if built.http2 else ""),
        ("Proxy", proxy),
        ("Unix socket", nearest(levels, lambda fields: fields.unix_socket, "") if built.unix_socket else ""),
        ("Addresses", "; ".join(filter(None, names))),
        ("TLS", "; ".join(filter(None, tls))),
    )
    return tuple((label, text) for label, text in lines if text)
