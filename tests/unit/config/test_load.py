from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path

import pytest

from probe.config.load import load, loads
from probe.model.check import Check, Severity
from probe.model.errors import ConfigurationError
from probe.model.settings import Listen, Settings
from probe.model.units import MINUTE, SECOND

GOOD = Path(__file__).parents[2] / "configs" / "good"
OUTLINE = "version: 1\napis:\n  shop:\n    base_url: https://shop.example.com/v1\n    checks:\n      list:\n"


def read(text: str, **environment: str) -> Settings:
    return loads(text.encode(), file="checks.yaml", environment=environment, folder=Path("/srv/probe"))


def read_check(lines: str, **environment: str) -> Check:
    body = "".join(f"        {line}\n" for line in lines.strip().splitlines())
    return read(OUTLINE + body, **environment).checks[0]


def test_five_lines_are_a_first_check() -> None:
    check = read("version: 1\napis:\n  shop:\n    checks:\n      home: {get: https://shop.example.com/}\n").checks[0]
    assert (check.id, check.request.method, check.request.url.reveal()) == (
        "shop/home",
        "GET",
        "https://shop.example.com/",
    )
    assert (check.interval, check.timeout, check.confirm.retries, check.confirm.after) == (
        MINUTE,
        10 * SECOND,
        2,
        3 * SECOND,
    )
    assert [item.text for item in check.expectations] == ["status < 400"]


@pytest.mark.parametrize("file", sorted(GOOD.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_good_file_loads(file: Path) -> None:
    environment = dict.fromkeys(("ORDERS_TOKEN", "PASSWORD"), "s")
    environment |= dict.fromkeys(("SECRET", "HOOK_SECRET"), "whsec_" + "QUJD" * 8)
    environment |= {"HOOK_URL": "https://hooks.example.com/", "SMTP_URL": "smtps://probe:s@mail.example.com"}
    assert load(file, environment=environment).checks


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options", "trace"])
def test_it_knows_every_method(method: str) -> None:
    assert read_check(f"{method}: /orders").request.method == method.upper()


def test_any_other_method_can_be_named() -> None:
    request = read_check("method: PURGE\nurl: /cache").request
    assert (request.method, request.url.reveal()) == ("PURGE", "https://shop.example.com/v1/cache")


def test_the_nearest_level_wins_and_headers_and_labels_add_up() -> None:
    settings = read(
        "version: 1\n"
        "defaults: {interval: 5m, timeout: 20s, headers: {x-a: d, x-b: d}, labels: {team: d}}\n"
        "apis:\n  shop:\n    base_url: https://shop.example.com\n    timeout: 15s\n    headers: {X-B: a}\n"
        "    checks:\n      list: {get: /, headers: {x-c: c}, labels: {tier: gold}}\n      slow: {get: /, timeout: 30s}\n"
    )
    first, second = settings.checks
    assert (first.interval, first.timeout, second.timeout) == (5 * MINUTE, 15 * SECOND, 30 * SECOND)
    assert {name: value.reveal() for name, value in first.request.headers} == {
        "x-a": "d",
        "x-b": "a",
        "x-c": "c",
    }
    assert first.labels == (("team", "d"), ("tier", "gold"))


def test_unset_times_adapt_to_a_short_interval() -> None:
    check = read_check("get: /\ninterval: 1s")
    assert (check.timeout, check.confirm.after) == (SECOND // 2, SECOND // 10)


def test_query_values_are_encoded_and_added_to_those_of_the_path() -> None:
    url = read_check("get: /orders?limit=1\nquery: {q: a b&c, tag: [x, 2], deep: true}").request.url
    assert url.reveal() == "https://shop.example.com/v1/orders?limit=1&q=a+b%26c&tag=x&tag=2&deep=true"


@pytest.mark.parametrize(
    ("lines", "body", "content_type"),
    [
        ("post: /\njson: {a: [1, null, true]}", '{"a": [1, null, true]}', "application/json"),
        ("post: /\njson: null", "null", "application/json"),
        (
            "post: /\nform: {a: b c, d: [1, 2]}",
            "a=b+c&d=1&d=2",
            "application/x-www-form-urlencoded",
        ),
        ("post: /\nbody: hello", "hello", "text/plain; charset=utf-8"),
    ],
)
def test_a_body_brings_its_content_type(lines: str, body: str, content_type: str) -> None:
    request = read_check(lines).request
    assert request.body is not None
    assert request.body.reveal() == body
    assert dict(request.headers)["content-type"].reveal() == content_type


def test_a_content_type_of_ones_own_is_kept() -> None:
    request = read_check("post: /\nheaders: {Content-Type: application/vnd.shop+json}\njson: {}").request
    assert dict(request.headers)["content-type"].reveal() == "application/vnd.shop+json"


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (
            '{basic: {username: probe, password: "${env:P}"}}',
            "authorization",
            "Basic cHJvYmU6czNjcmV0",
        ),
        ('{bearer: "${env:P}"}', "authorization", "Bearer s3cret"),
        ('{api_key: {header: X-Key, value: "${env:P}"}}', "x-key", "s3cret"),
    ],
)
def test_it_authenticates_and_shows_no_secret(auth: str, header: str, value: str) -> None:
    check = read_check(f"get: /\nauth: {auth}", P="s3cret")
    found = dict(check.request.headers)[header]
    assert found.reveal() == value
    assert "s3cret" not in repr(check)
    assert value not in repr(check)
    assert (
        check.redactor.redact(f"you sent {value}")
        == f"you sent {value.replace('s3cret', '***').replace('cHJvYmU6czNjcmV0', '***')}"
    )


def test_a_key_in_the_query_is_encoded_and_not_shown() -> None:
    url = read_check('get: /\nauth: {api_key: {query: key, value: "${env:P}"}}', P="a&b").request.url
    assert url.reveal() == "https://shop.example.com/v1/?key=a%26b"
    assert str(url) == "https://shop.example.com/v1/?key=${env:P}"


def test_a_check_can_do_without_the_authentication_of_its_api() -> None:
    text = (
        OUTLINE.replace("    checks:", '    auth: {bearer: "${env:P}"}\n    checks:')
        + "        get: /\n        auth: none\n"
    )
    assert read(text, P="x").checks[0].request.headers == ()


def test_a_reference_may_have_a_default_and_may_be_escaped() -> None:
    request = read_check(
        'post: /\nheaders: {x-a: "${env:NONE:-fallback}"}\nbody: "$${literal} ${env:A}"', A="1"
    ).request
    assert dict(request.headers)["x-a"].reveal() == "fallback"
    assert request.body is not None
    assert request.body.reveal() == "${literal} 1"


def test_a_secret_file_is_read_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    (tmp_path / "checks.yaml").write_text(OUTLINE + '        get: /\n        auth: {bearer: "${file:token}"}\n')
    check = load(tmp_path / "checks.yaml", environment={}).checks[0]
    assert dict(check.request.headers)["authorization"].reveal() == "Bearer from-a-file"


def test_secrets_are_filled_into_json_as_text_not_as_structure() -> None:
    body = read_check('post: /\njson: {password: "${env:P}"}', P='x", "admin": "true').request.body
    assert body is not None
    assert body.reveal() == '{"password": "x\\", \\"admin\\": \\"true"}'


def test_no_and_times_of_day_are_text() -> None:
    request = read_check("get: /\nquery: {country: no, at: 12:30:45, code: 010}").request
    assert request.url.reveal().endswith("?country=no&at=12:30:45".replace(":", "%3A") + "&code=010")


def test_a_warning_degrades_and_both_forms_mean_the_same() -> None:
    check = read_check(
        'get: /\nexpect:\n  - status == 200\n  - warn: latency < 300ms\n  - {subject: latency, operator: "<", value: 300ms, severity: warn}'
    )
    assert check.expectations[1] == check.expectations[2]
    assert [item.severity for item in check.expectations] == [
        Severity.FAIL,
        Severity.WARN,
        Severity.WARN,
    ]


def test_anchors_may_be_kept_under_a_key_of_ones_own() -> None:
    text = (
        "version: 1\nx-common: &common {interval: 5m, redirects: 2}\n"
        + OUTLINE.removeprefix("version: 1\n")
        + "        <<: *common\n        get: /\n"
    )
    check = read(text).checks[0]
    assert (check.interval, check.request.max_redirects) == (5 * MINUTE, 2)


def test_the_store_may_be_named_by_the_environment() -> None:
    store = read(OUTLINE + "        get: /\n", PROBE_STORE="postgresql://probe:pw@db/probe").store
    assert store.reveal() == "postgresql://probe:pw@db/probe"
    assert "pw" not in str(store)


def test_relative_paths_start_at_the_file() -> None:
    settings = read(
        "version: 1\nstore: sqlite:///data/p.db\nreport: {directory: site}\n"
        + OUTLINE.removeprefix("version: 1\n")
        + "        get: /\n"
    )
    assert settings.store.reveal() == "sqlite:////srv/probe/data/p.db"
    assert settings.report.directory == "/srv/probe/site"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:9115", Listen(host="127.0.0.1", port=9115)),
        ('"[::1]:80"', Listen(host="::1", port=80)),
        ('":9115"', Listen(host="0.0.0.0", port=9115)),
    ],
)
def test_it_reads_where_to_listen(text: str, expected: Listen) -> None:
    assert (
        read(f"version: 1\nlisten: {text}\n" + OUTLINE.removeprefix("version: 1\n") + "        get: /\n").listen
        == expected
    )


def test_a_changed_secret_is_no_changed_definition_but_a_changed_expectation_is() -> None:
    one, other = (read_check('get: /\nauth: {bearer: "${env:P}"}', P=value) for value in ("a1", "b2"))
    assert one.definition == other.definition
    assert (
        read_check("get: /\nexpect: [status == 200]").definition
        != read_check("get: /\nexpect: [status == 201]").definition
    )


def test_a_mistake_never_shows_a_secret() -> None:
    with pytest.raises(ConfigurationError) as raised:
        read_check(
            'get: "${env:URL}"\nheaders: {x-a: "${env:LINES}"}',
            URL="https://user:hunter2@host/",
            LINES="hunter2\nhost: evil",
        )
    assert len(raised.value.problems) == 2
    assert "hunter2" not in str(raised.value)


def test_a_missing_file_is_one_line() -> None:
    with pytest.raises(
        ConfigurationError,
        match=r"^/no/such/file.yaml: can't be read: No such file or directory; name another file with -c$",
    ):
        load(Path("/no/such/file.yaml"))


@pytest.mark.parametrize("text", [OUTLINE + "        get: /\n", OUTLINE, "version: [1\n"])
def test_the_garbage_collector_goes_on_after_a_file_whether_it_is_right_or_wrong(text: str) -> None:
    with suppress(ConfigurationError):
        read(text)
    assert gc.isenabled()


SECRETS = """version: 1
store: "${env:STORE:-sqlite:///x.db}"
apis:
  a:
    base_url: https://a.example
    proxy: "${env:PROXY}"
    auth: {bearer: "${env:TOKEN}"}
    tls: {ca_file: "${env:CA}"}
    checks: {x: {post: /y, json: {p: "${env:PASSWORD}"}, headers: {k: "${file:nowhere}"}}}
channels:
  mail: {type: email, to: [a@example.com], from: b@example.com, smtp: "${env:SMTP}"}
  hook: {type: webhook, url: "${env:HOOK}", secret: "${env:SECRET}"}
heartbeat: "${env:PING}"
"""


def test_who_measures_and_tells_nobody_needs_no_secrets(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as strict:
        loads(SECRETS.encode(), file="checks.yaml", environment={}, folder=tmp_path)
    assert len({problem.path for problem in strict.value.problems}) == 9
    settings = loads(SECRETS.encode(), file="checks.yaml", environment={}, folder=tmp_path, needs_secrets=False)
    assert [check.id for check in settings.checks] == ["a/x"]
    assert [channel.name for channel in settings.channels] == ["mail", "hook"]


def test_the_stores_secret_and_an_address_are_needed_by_everybody(tmp_path: Path) -> None:
    text = 'version: 1\nstore: "${env:STORE}"\napis: {a: {checks: {x: {get: "https://${env:HOST}/"}}}}\n'
    with pytest.raises(ConfigurationError) as error:
        loads(text.encode(), file="checks.yaml", environment={}, folder=tmp_path, needs_secrets=False)
    assert [problem.path for problem in error.value.problems] == ["store", "apis.a.checks.x.get"]
