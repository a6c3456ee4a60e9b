"""Checks for tests: complete, with what matters named."""

from __future__ import annotations

from probe.model.check import Check, Confirm, Expectation, Request
from probe.model.sensitive import Redactor, Sensitive
from probe.model.units import MINUTE, SECOND, Micros


def make_check(
    id_: str = "shop/list",
    *,
    url: str = "http://127.0.0.1:1/",
    method: str = "GET",
    interval: Micros = MINUTE,
    timeout: Micros = 2 * SECOND,
    retries: int = 0,
    after: Micros = SECOND // 100,
    expectations: tuple[Expectation, ...] = (),
    headers: tuple[tuple[str, Sensitive], ...] = (),
    body: Sensitive | None = None,
    max_redirects: int = 0,
    max_body: int = 1_000_000,
    secrets: tuple[str, ...] = (),
) -> Check:
    """A check with these properties and harmless others."""
    return Check(
        id=id_,
        api=id_.partition("/")[0],
        name=id_,
        interval=interval,
        timeout=timeout,
        confirm=Confirm(retries=retries, after=after),
        request=Request(
            method=method,
            url=Sensitive.plain(url),
            headers=headers,
            body=body,
            max_redirects=max_redirects,
            max_body=max_body,
        ),
        expectations=expectations,
        definition="d",
        redactor=Redactor.of(secrets),
    )
