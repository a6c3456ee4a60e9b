"""How a check gets to its target, as the file says it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from probe.config.load import loads
from probe.model.check import AddressPolicy, Check, Connection, DnsPolicy, Family, TlsPolicy, TlsVersion
from probe.model.errors import ConfigurationError
from probe.model.sensitive import Sensitive
from probe.model.settings import Control, Settings
from probe.model.units import MINUTE, SECOND
from tests.fakes.pems import PEMS, write_pems

FOLDER = Path("/srv/probe")
PROXY = "http://probe:${env:PW}@proxy.example.com:3128"


def read(top: str = "", api: str = "", check: str = "", *, folder: Path = FOLDER, **environment: str) -> Settings:
    text = (
        f"version: 1\n{top}\napis:\n  shop:\n    base_url: https://shop.example.com\n    {api}\n"
        f"    checks:\n      list:\n        get: /\n        {check}\n"
    )
    return loads(text.encode(), file="checks.yaml", environment=environment, folder=folder)


def only(settings: Settings) -> Check:
    return settings.checks[0]


def connection(check: str = "", **environment: str) -> Connection:
    return only(read(check=check, folder=FOLDER, **environment)).request.connection


def why_not(top: str = "", check: str = "", **environment: str) -> str:
    with pytest.raises(ConfigurationError) as raised:
        read(top, check=check, folder=FOLDER, **environment)
    return str(raised.value)


def test_without_a_word_about_it_a_connection_is_the_default() -> None:
    assert connection() == Connection()


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("127.0.0.1", "127.0.0.1:53"),
        ("10.0.0.2:5353", "10.0.0.2:5353"),
        ("[::1]:53", "[::1]:53"),
        ("[2001:DB8::0:1]:5353", "[2001:db8::1]:5353"),
        ("::1", "[::1]:53"),
    ],
)
def test_name_servers_are_addresses_with_or_without_a_port(written: str, server: str) -> None:
    assert connection(f'dns: {{servers: ["{written}"]}}').dns.servers == (server,)


def test_a_resolution_has_its_own_time_ttl_and_family() -> None:
    assert connection("dns: {ttl: 30s, timeout: 2s, family: ipv6}").dns == DnsPolicy(
        ttl=30 * SECOND, timeout=2 * SECOND, family=Family.IPV6
    )


def test_a_resolution_never_takes_longer_than_the_attempt() -> None:
    assert connection("timeout: 2s").dns.timeout == 2 * SECOND


@pytest.mark.parametrize(
    ("written", "is_http2"), [("1.1", False), ("2", True), ('"1.1"', False), ('"2"', True), ("2.0", True)]
)
def test_a_version_of_http_is_a_number_or_text(written: str, is_http2: bool) -> None:
    assert connection(f"http: {written}").http2 is is_http2


def test_a_connection_may_be_reused() -> None:
    assert connection("connection: reuse").reuse
    assert not connection("connection: new").reuse


def test_tls_is_told_what_to_accept_and_what_to_show(tmp_path: Path) -> None:
    write_pems(tmp_path, PEMS)
    said = "{min_version: 1.3, server_name: API.Internal, ca_file: ca.pem, certificate: client.pem, key: '${env:KEY}'}"
    assert only(read(check=f"tls: {said}", folder=tmp_path, KEY="key.pem")).request.connection.tls == TlsPolicy(
        min_version=TlsVersion.V1_3,
        server_name="api.internal",
        ca_file=str(tmp_path / "ca.pem"),
        certificate=str(tmp_path / "client.pem"),
        key=str(tmp_path / "key.pem"),
    )


def test_sections_are_inherited_key_by_key_and_the_rest_as_a_whole() -> None:
    found = only(
        read(
            "defaults: {dns: {servers: [10.0.0.1], ttl: 1m}, http: 2, proxy: http://proxy.example.com:3128, tls: {min_version: 1.3}}",
            "dns: {servers: [10.0.0.2]}",
            "dns: {family: ipv4}\n        proxy: none\n        tls: {verify: false}",
        )
    ).request.connection  # fmt: skip
    assert found == Connection(
        dns=DnsPolicy(servers=("10.0.0.2:53",), ttl=MINUTE, family=Family.IPV4),
        http2=True,
        tls=TlsPolicy(verify=False, min_version=TlsVersion.V1_3),
    )


def test_no_name_servers_are_those_of_the_system_again() -> None:
    assert only(read("defaults: {dns: {servers: [10.0.0.1]}}", check="dns: {servers: []}")).request.connection.dns == (
        DnsPolicy()
    )


def test_a_socket_stands_beside_the_file_unless_its_path_is_whole() -> None:
    assert connection("unix_socket: app.sock").unix_socket == "/srv/probe/app.sock"
    assert connection('unix_socket: "${env:RUN}/app.sock"', RUN="/run").unix_socket == "/run/app.sock"
    assert only(read("defaults: {unix_socket: app.sock}", check="unix_socket: none")).request.connection == Connection()


def test_what_a_reference_brought_into_a_path_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "s3cret.pem").write_bytes(PEMS["both.pem"])
    tls = 'tls: {ca_file: "${env:NAME}.pem", certificate: "${env:NAME}.pem", key: "${env:NAME}.pem"}'
    check = only(read(f"defaults: {{{tls}}}", check='unix_socket: "${env:NAME}.sock"', folder=tmp_path, NAME="s3cret"))
    assert "s3cret" not in repr(check)
    assert "s3cret" not in repr(check.facts)


def test_a_proxys_password_is_filled_in_and_masked_in_each_form() -> None:
    check = only(read(check=f'proxy: "{PROXY}"', PW="p@ss/w:1"))
    proxy = check.request.connection.proxy
    assert proxy == Sensitive("http://probe:p%40ss%2Fw%3A1@proxy.example.com:3128", PROXY)
    sent = base64.b64encode(b"probe:p@ss/w:1").decode()
    assert check.redactor.redact(f"p@ss/w:1 p%40ss%2Fw%3A1 Basic {sent}") == "*** *** Basic ***"
    assert "p@ss" not in repr(check)


def test_a_whole_proxy_may_be_a_secret() -> None:
    check = only(read(check='proxy: "${env:PROXY}"', PROXY="https://probe:p%40ss@proxy.example.com"))
    assert check.request.connection.proxy == Sensitive("https://probe:p%40ss@proxy.example.com", "${env:PROXY}")
    assert check.redactor.redact(f"p@ss {base64.b64encode(b'probe:p@ss').decode()}") == "*** ***"


@pytest.mark.parametrize("url", ["http://proxy.example.com", "https://[::1]:3128/", "http://token@proxy.example.com:1"])
def test_a_proxy_needs_no_password(url: str) -> None:
    assert connection(f'proxy: "{url}"').proxy == Sensitive.plain(url)


def test_a_proxy_that_is_wrong_is_not_repeated() -> None:
    assert "s3cret" not in why_not(check='proxy: "${env:PROXY}"', PROXY="http://probe:s3cret@proxy.example.com/path")
    assert "s3cret" not in why_not(check="proxy: http://probe:s3cret@proxy.example.com:99999")


@pytest.mark.parametrize(
    ("written", "network"),
    [
        ("10.1.0.0/16", "10.1.0.0/16"),
        ("169.254.169.254", "169.254.169.254/32"),
        ("FD00::/8", "fd00::/8"),
        ("::1", "::1/128"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ],
)
def test_networks_have_one_spelling(written: str, network: str) -> None:
    policy = AddressPolicy(allow=(network,), deny=(network,), deny_private=True)
    settings = read(f'addresses: {{allow: ["{written}"], deny: ["{written}"], deny_private: true}}')
    assert settings.addresses == policy
    assert only(settings).request.connection.addresses is settings.addresses


@pytest.mark.parametrize(
    ("value", "is_on"), [("true", True), ("1", True), ("TRUE", True), ("false", False), ("0", False)]
)
def test_the_operator_may_deny_what_is_not_public_whatever_the_file_allows(value: str, is_on: bool) -> None:
    told = "addresses: {allow: [10.1.0.0/16], deny: [192.0.2.0/24]}"
    assert read(told, PROBE_DENY_PRIVATE=value).addresses == AddressPolicy(
        allow=() if is_on else ("10.1.0.0/16",), deny=("192.0.2.0/24",), deny_private=is_on
    )


@pytest.mark.parametrize("value", ["yes", "", "on"])
def test_the_operators_word_must_be_clear(value: str) -> None:
    assert why_not(PROBE_DENY_PRIVATE=value) == (
        f'checks.yaml:1:1: the environment variable PROBE_DENY_PRIVATE must be true or false; it is "{value}"'
    )


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("proxy: http://proxy.example.com", "list.proxy: PROBE_DENY_PRIVATE is set, and a proxy would connect to any address; write proxy: none"),
        ("unix_socket: /run/a", "list.unix_socket: PROBE_DENY_PRIVATE is set, and a socket has no address to vet; write unix_socket: none"),
        ("dns: {servers: [10.0.0.1]}", "list.dns.servers: PROBE_DENY_PRIVATE is set, and name servers of the file may be anywhere; remove them"),
    ],
)  # fmt: skip
def test_an_untrusted_file_gets_no_way_past_the_vetting(check: str, message: str) -> None:
    assert why_not(check=check, PROBE_DENY_PRIVATE="true").endswith(message)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://[::1]:8080/", "http://10.0.0.1/"])
def test_a_control_target_that_the_operator_denies_is_told(url: str) -> None:
    told = f'control: {{targets: ["{url}"]}}'
    assert read(told).control
    assert why_not(told, PROBE_DENY_PRIVATE="true").endswith(
        "control.targets[0]: could never answer, for its address is denied: "
        "it is no public address, and deny_private is on; name another target"
    )


def test_an_untrusted_file_names_no_database_server() -> None:
    told = "store: postgresql://probe@10.0.0.1/probe"
    assert why_not(told, PROBE_DENY_PRIVATE="true") == (
        "checks.yaml:2:1: store: PROBE_DENY_PRIVATE is set, and a server of the file may be anywhere; "
        "set PROBE_STORE instead"
    )
    ours = read(told, PROBE_DENY_PRIVATE="true", PROBE_STORE="postgresql://probe@db.example.com/probe")
    assert ours.store.reveal() == "postgresql://probe@db.example.com/probe"
    assert read("store: sqlite:///a.db", PROBE_DENY_PRIVATE="true").store.reveal() == "sqlite:////srv/probe/a.db"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("unix:///tmp/x.sock", "write the path alone, /tmp/x.sock"),
        ("unix:/tmp/x.sock", "write the path alone, /tmp/x.sock"),
        ("http+unix://%2Ftmp%2Fx.sock", "write the path alone, /tmp/x.sock"),
        ('"unix://${env:RUN}/x.sock"', "write the path alone, ${env:RUN}/x.sock"),
        ('"${env:ALL}"', "write the path alone"),
    ],
)
def test_a_socket_is_a_path_and_no_url(written: str, instead: str) -> None:
    found = why_not(check=f"unix_socket: {written}", RUN="/s3cret", ALL="unix:///s3cret")
    assert found == f"checks.yaml:10:9: apis.shop.checks.list.unix_socket: {instead}"


def test_a_file_that_denies_private_addresses_may_name_its_servers() -> None:
    assert only(
        read("addresses: {deny_private: true}", check="dns: {servers: [10.0.0.1]}")
    ).request.connection.dns.servers


def test_what_is_special_is_told_without_credentials(tmp_path: Path) -> None:
    (tmp_path / "client.pem").write_bytes(PEMS["both.pem"])
    tls = "tls: {min_version: 1.3, server_name: api.internal, certificate: client.pem}"
    dns = "dns: {servers: [10.0.0.2], ttl: 30s, family: ipv4}"
    check = only(read(f'defaults: {{proxy: "{PROXY}", {tls}, {dns}, http: 2}}', folder=tmp_path, PW="s3cret"))
    assert check.facts.connects == (
        ("HTTP", "version 2 where the target speaks it"),
        ("Proxy", "http://proxy.example.com:3128"),
        ("Addresses", "from 10.0.0.2:53; kept for 30s; IPv4 only"),
        ("TLS", "version 1.3 only; the certificate of api.internal; with a certificate of its own"),
    )
    check = only(read(check='unix_socket: "${env:RUN}/app.sock"\n        connection: reuse', RUN="/run"))
    assert check.facts.connects == (
        ("Connection", "kept from one attempt to the next"),
        ("Unix socket", "${env:RUN}/app.sock"),
    )
    assert only(read()).facts.connects == ()


@pytest.mark.parametrize(
    "check",
    [
        "tls: {min_version: 1.3}",
        "tls: {server_name: other.example.com}",
        "tls: {ca_file: ca.pem}",
        "tls: {certificate: ca.pem}",
        "dns: {servers: [10.0.0.2]}",
        "dns: {ttl: 30s}",
        "dns: {timeout: 1s}",
        "dns: {family: ipv4}",
        "connection: reuse",
        "http: 2",
        "proxy: http://proxy.example.com",
        "unix_socket: app.sock",
    ],
)
def test_whatever_decides_a_result_changes_the_definition(check: str, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(PEMS["both.pem"])
    changed, plain = only(read(check=check, folder=tmp_path)), only(read(folder=tmp_path))
    assert changed.definition != plain.definition


def test_the_policy_changes_the_definition_and_a_secret_does_not() -> None:
    assert only(read("addresses: {deny: [10.0.0.0/8]}")).definition != only(read()).definition
    one, other = (only(read(check=f'proxy: "{PROXY}"', PW=value)) for value in ("a1", "b2"))
    assert one.definition == other.definition


def test_control_targets_the_limit_and_the_contact_are_settings() -> None:
    settings = read(
        'control: {targets: [https://example.com/, "${env:OTHER}"], timeout: 1s, every: 10s}\n'
        "max_per_host: 7\ncontact: https://example.com/probe",
        OTHER="https://example.org/",
    )
    assert settings.control == Control(
        targets=(Sensitive.plain("https://example.com/"), Sensitive("https://example.org/", "${env:OTHER}")),
        timeout=SECOND,
        every=10 * SECOND,
    )
    assert (settings.max_per_host, settings.contact) == (7, "https://example.com/probe")
    assert (read().control, read().max_per_host, read().contact) == (None, 100, None)


def test_a_control_has_its_own_pace() -> None:
    found = read("control: {targets: [https://example.com/]}").control
    assert found
    assert (found.timeout, found.every) == (3 * SECOND, 30 * SECOND)
