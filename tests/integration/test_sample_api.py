"""The sample API, asked over loopback by a real client: each misbehaviour is the one it promises."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from probe.demo.credentials import Credentials
from probe.demo.mishaps import FLAKY_EVERY, TRUNCATED_LENGTH
from probe.demo.sample_api import SampleApi, application
from probe.demo.shop import LARGE
from probe.model.errors import ConfigurationError

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def api() -> AsyncIterator[SampleApi]:
    async with SampleApi.start(http_port=0, https_port=0, now=NOW) as running:
        yield running


@pytest.fixture
async def client(api: SampleApi) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(api.http_url) as session:
        yield session


async def test_orders_are_json_of_about_a_kilobyte(client: aiohttp.ClientSession) -> None:
    async with client.get("/orders", params={"limit": 1}) as response:
        body = await response.read()
    assert (response.status, response.content_type) == (200, "application/json")
    assert 700 < len(body) < 1300
    assert json.loads(body)["count"] == 1
    assert json.loads(body)["items"][0]["id"] == "o-1000"


async def test_a_limit_that_is_no_number_is_refused(client: aiohttp.ClientSession) -> None:
    async with client.get("/orders", params={"limit": "-1"}) as response:
        assert response.status == 400


async def test_head_has_no_body_and_options_names_the_methods(
    client: aiohttp.ClientSession,
) -> None:
    async with client.head("/orders") as response:
        assert (response.status, await response.read()) == (200, b"")
    async with client.options("/cart") as response:
        assert response.status == 204
        assert response.headers["allow"] == "DELETE, OPTIONS, PATCH, POST, PUT"


@pytest.mark.parametrize("path", ["/account", "/sales", "/stock"])
async def test_protected_paths_want_credentials(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as response:
        assert response.status == 401
        assert "www-authenticate" in response.headers
    async with client.get(path, headers={"authorization": "Bearer wröng"}) as response:
        assert response.status == 401


async def test_protected_paths_open_with_what_the_environment_holds(
    api: SampleApi, client: aiohttp.ClientSession
) -> None:
    known = api.environment
    pair = base64.b64encode(f"shop:{known['PROBE_DEMO_PASSWORD']}".encode()).decode()
    key = known["PROBE_DEMO_KEY"]
    for path, headers in (
        ("/account", {"authorization": f"Bearer {known['PROBE_DEMO_TOKEN']}"}),
        ("/sales", {"authorization": f"Basic {pair}"}),
        ("/stock", {"x-api-key": key}),
        (f"/stock?key={key}", {}),
    ):
        async with client.get(path, headers=headers) as response:
            assert response.status == 200, path


@pytest.mark.parametrize(("method", "status"), [("POST", 201), ("PUT", 200), ("PATCH", 200), ("DELETE", 200)])
async def test_the_cart_answers_what_it_was_sent(client: aiohttp.ClientSession, method: str, status: int) -> None:
    async with client.request(method, "/cart", json={"sku": "pen-1"}) as response:
        assert response.status == status
        answer = await response.json()
    assert (answer["method"], answer["received"]) == (method, {"sku": "pen-1"})
    async with client.request(method, "/cart", data={"sku": "ink 2"}) as response:
        assert (await response.json())["received"] == {"sku": "ink 2"}


async def test_a_cart_that_is_not_json_or_too_large_is_refused(
    client: aiohttp.ClientSession,
) -> None:
    headers = {"content-type": "application/json"}
    async with client.post("/cart", data=b"{", headers=headers) as response:
        assert response.status == 400
    async with client.post("/cart", data=b" " * 70_000, headers=headers) as response:
        assert response.status == 413


async def test_a_search_is_slow(client: aiohttp.ClientSession) -> None:
    began = time.perf_counter()
    async with client.get("/orders/search") as response:
        assert response.status == 200
    assert 0.3 <= time.perf_counter() - began < 0.9


async def test_every_third_quote_fails_and_the_next_one_succeeds(
    client: aiohttp.ClientSession,
) -> None:
    statuses = []
    for _ in range(2 * FLAKY_EVERY + 1):
        async with client.get("/shipping/quote") as response:
            statuses.append(response.status)
            assert "retry-after" not in response.headers  # a fast retry is to succeed
    assert statuses == [200, 200, 503, 200, 200, 503, 200]


async def test_refunds_are_broken_with_an_error_in_json(client: aiohttp.ClientSession) -> None:
    async with client.get("/payments/refunds") as response:
        assert response.status == 500
        assert (await response.json())["status"] == "error"


async def test_the_stock_answers_200_but_says_degraded(client: aiohttp.ClientSession) -> None:
    async with client.get("/stock/health") as response:
        assert response.status == 200
        assert (await response.json())["status"] == "degraded"


@pytest.mark.parametrize(
    ("elapsed", "status", "quiet"), [(14.9, 200, None), (15.0, 503, "20"), (94.5, 503, "1"), (95.0, 200, None)]
)
async def test_payments_are_out_for_20_seconds_of_each_minute_and_ask_for_quiet(
    elapsed: float, status: int, quiet: str | None
) -> None:
    app = application(Credentials(), Counter(), elapsed=lambda: elapsed)
    async with TestClient(TestServer(app)) as client, client.get("/payments/status") as response:
        assert (response.status, response.headers.get("retry-after")) == (status, quiet)


async def test_the_export_is_large(client: aiohttp.ClientSession) -> None:
    async with client.get("/products/export.csv") as response:
        assert len(await response.read()) == LARGE == response.content_length


async def test_products_come_compressed(api: SampleApi) -> None:
    async with (
        aiohttp.ClientSession(api.http_url, auto_decompress=False) as client,
        client.get("/products") as response,
    ):
        assert response.headers["content-encoding"] == "gzip"
        assert json.loads(gzip.decompress(await response.read()))["count"] == 40


async def test_the_latest_order_is_one_redirect_away(client: aiohttp.ClientSession) -> None:
    async with client.get("/latest-order", allow_redirects=False) as response:
        assert (response.status, response.headers["location"]) == (302, "/orders?limit=1")
    async with client.get("/latest-order") as response:
        assert (response.status, len(response.history)) == (200, 1)


async def test_the_old_login_redirects_for_ever(client: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.TooManyRedirects):
        await client.get("/old-login")


async def test_the_feed_drips(client: aiohttp.ClientSession) -> None:
    began = time.perf_counter()
    async with client.get("/orders/feed") as response:
        first = await response.content.readline()
        arrived = time.perf_counter() - began
        rest = (await response.read()).splitlines()
    assert json.loads(first) == {"id": "o-1000"}
    assert len(rest) == 9
    assert arrived < 1 < time.perf_counter() - began


async def test_an_invoice_breaks_off_half_way(client: aiohttp.ClientSession) -> None:
    async with client.get("/invoices/latest") as response:
        assert (response.status, response.content_length) == (200, TRUNCATED_LENGTH)
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_the_legacy_path_resets_the_connection(api: SampleApi) -> None:
    target = urlsplit(api.http_url)
    reader, writer = await asyncio.open_connection(target.hostname, target.port)
    writer.write(b"GET /legacy/orders HTTP/1.1\r\nhost: shop\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_the_certificate_is_of_its_own_authority_and_ends_in_five_days(
    api: SampleApi,
) -> None:
    authority = x509.load_pem_x509_certificate(api.ca_file.read_bytes())
    certificate = await _certificate(api)
    store = Store([authority])
    subject = x509.IPAddress(ip_address("127.0.0.1"))
    soon, later = (
        PolicyBuilder().store(store).time(NOW + days).build_server_verifier(subject) for days in (4 * DAY, 6 * DAY)
    )
    assert certificate.not_valid_after_utc == NOW + 5 * DAY
    assert soon.verify(certificate, [])[-1] == authority
    with pytest.raises(VerificationError):
        later.verify(certificate, [])


async def test_https_serves_the_same_shop(api: SampleApi) -> None:
    async with (
        aiohttp.ClientSession(api.https_url) as client,
        client.get("/orders", ssl=_trusting()) as response,
    ):
        assert response.status == 200


async def test_requests_are_counted_by_path(api: SampleApi, client: aiohttp.ClientSession) -> None:
    for path in ("/orders?limit=1", "/orders", "/latest-order", "/nowhere"):
        async with client.get(path):
            pass
    assert api.requests == {"/orders": 3, "/latest-order": 1, "/nowhere": 1}


async def test_it_ends_within_a_second_while_requests_are_open_and_leaves_nothing_behind() -> None:
    async with SampleApi.start(http_port=0, https_port=0, now=NOW) as api:
        client = aiohttp.ClientSession(api.http_url)
        drip = await client.get("/orders/feed")
        searches = [asyncio.create_task(_fails(client, "/orders/search")) for _ in range(8)]
        await asyncio.sleep(0.05)
        began = time.perf_counter()
    assert time.perf_counter() - began < 1
    assert not api.ca_file.parent.exists()
    await asyncio.gather(*searches)
    drip.close()
    await client.close()
    async with SampleApi.start(http_port=_port(api), https_port=0, now=NOW):
        pass


@pytest.mark.parametrize("secure", [False, True])
async def test_a_busy_port_is_refused_in_one_line_that_says_what_to_do(api: SampleApi, secure: bool) -> None:
    busy = _port(api)
    http_port, https_port = (0, busy) if secure else (busy, 0)
    with pytest.raises(ConfigurationError) as caught:
        async with SampleApi.start(http_port=http_port, https_port=https_port, now=NOW):
            pass
    assert str(caught.value) == (
        f"the sample API can't use port {busy} on 127.0.0.1 (another program listens there); "
        "choose another one: probe demo --port N"
    )


async def test_secrets_are_in_no_repr(api: SampleApi) -> None:
    credentials = Credentials()
    assert api.environment["PROBE_DEMO_TOKEN"] not in repr(api)
    assert credentials.password not in repr(credentials)


def _port(api: SampleApi) -> int:
    return urlsplit(api.http_url).port or 0


def _trusting() -> ssl.SSLContext:
    """Takes any certificate: the fixed moment it is made for may lie far from today."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _certificate(api: SampleApi) -> x509.Certificate:
    target = urlsplit(api.https_url)
    _, writer = await asyncio.open_connection(target.hostname, target.port, ssl=_trusting())
    session: ssl.SSLObject = writer.get_extra_info("ssl_object")
    shown = session.getpeercert(binary_form=True)
    writer.close()
    await writer.wait_closed()
    return x509.load_der_x509_certificate(shown or b"")


async def _fails(client: aiohttp.ClientSession, path: str) -> None:
    try:
        async with client.get(path) as response:
            await response.read()
    except aiohttp.ClientError:
        pass
