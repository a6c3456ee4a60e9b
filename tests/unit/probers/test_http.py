"""The branches that hang on status and body; everything else needs a real server."""

from __future__ import annotations

import gzip

import httpx
import pytest
import respx

from probe.model.sample import FailureKind, Sample
from probe.model.sensitive import Sensitive
from probe.probers.http import HttpProber
from tests.fakes.checks import make_check

HOME = "https://shop.example"
NOW = 1_800_000_000_000_000


async def measured(router: respx.Router, path: str = "/", *, redirects: int = 0, max_body: int = 100) -> Sample:
    async def unread(request: httpx.Request) -> httpx.Response:
        """respx hands its responses on already read; on the wire nobody has read them."""
        mocked = await router.async_handler(request)
        return httpx.Response(mocked.status_code, headers=mocked.headers, stream=mocked.stream)

    prober = HttpProber(httpx.MockTransport(unread), lambda: NOW)
    headers = (("authorization", Sensitive("Bearer s3cr3t", "Bearer ***")),)
    return await prober.measure(
        make_check(url=HOME + path, headers=headers, max_redirects=redirects, max_body=max_body)
    )


@pytest.fixture
def router() -> respx.Router:
    return respx.Router(assert_all_called=False)


@pytest.mark.parametrize("status", [200, 204, 304, 404, 418, 500, 599])
async def test_any_status_is_an_answer(router: respx.Router, status: int) -> None:
    router.get(HOME).respond(status, content=b"abc")
    sample = await measured(router, redirects=5)
    assert (sample.failure, sample.http_status, sample.body, sample.started_at) == (None, status, b"abc", NOW)


@pytest.mark.parametrize("status", [300, 304, 305, 306])
async def test_other_3xx_are_answers_even_with_a_location(router: respx.Router, status: int) -> None:
    router.get(HOME).respond(status, headers={"location": "/next"})
    sample = await measured(router, redirects=5)
    assert (sample.failure, sample.http_status, sample.redirects) == (None, status, 0)


async def test_a_redirect_without_a_location_is_an_answer(router: respx.Router) -> None:
    router.get(HOME).respond(302)
    assert (await measured(router, redirects=5)).http_status == 302


@pytest.mark.parametrize(("redirects", "kind"), [(2, FailureKind.REDIRECT), (3, None)])
async def test_as_many_redirects_as_allowed_are_followed(
    router: respx.Router, redirects: int, kind: FailureKind | None
) -> None:
    for number in range(3):
        router.get(f"{HOME}/{number}").respond(307, headers={"location": f"/{number + 1}"})
    router.get(f"{HOME}/3").respond(200)
    sample = await measured(router, "/0", redirects=redirects)
    assert (sample.failure and sample.failure.kind, sample.redirects) == (kind, redirects)
    assert sample.http_status == (307 if kind else 200)


async def test_a_loop_ends_with_the_last_redirect_shown(router: respx.Router) -> None:
    loop = router.get(HOME).respond(301, headers={"location": "/"})
    sample = await measured(router, redirects=4)
    assert sample.failure is not None
    assert sample.failure.detail == "more than 4 redirects"
    assert (sample.http_status, loop.call_count) == (301, 5)


async def test_the_authorization_stays_at_its_origin(router: respx.Router) -> None:
    router.get(HOME).respond(302, headers={"location": "https://else.example/"})
    other = router.get("https://else.example").respond(200)
    assert (await measured(router, redirects=1)).http_status == 200
    assert "authorization" not in other.calls.last.request.headers


@pytest.mark.parametrize(("size", "kind"), [(100, None), (101, FailureKind.TOO_LARGE)])
@pytest.mark.parametrize("compress", [False, True])
async def test_the_limit_is_on_the_decoded_body(
    router: respx.Router, size: int, kind: FailureKind | None, *, compress: bool
) -> None:
    body, encoding = (gzip.compress(bytes(size)), "gzip") if compress else (bytes(size), "identity")
    router.get(HOME).respond(200, content=body, headers={"content-encoding": encoding})
    sample = await measured(router)
    assert (sample.failure and sample.failure.kind, sample.http_status) == (kind, 200)
    assert len(sample.body) == 100  # of one that is too long it is evidence


async def test_the_request_is_kept_as_it_was_sent(router: respx.Router) -> None:
    router.get(f"{HOME}/a?b=c").respond(500)
    sample = await measured(router, "/a?b=c")
    first, *headers = sample.request_head.split("\n")
    assert first == "GET /a?b=c HTTP/1.1"
    assert {"host: shop.example", "authorization: Bearer s3cr3t"} <= {
        line.lower().replace("bearer", "Bearer") for line in headers
    }


async def test_of_several_requests_the_last_is_kept(router: respx.Router) -> None:
    router.get(HOME).respond(302, headers={"location": "https://else.example/next"})
    router.get("https://else.example/next").respond(200)
    sample = await measured(router, redirects=1)
    assert sample.request_head.startswith("GET /next HTTP/1.1\n")
    assert "s3cr3t" not in sample.request_head
