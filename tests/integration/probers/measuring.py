"""Checks against the servers of a test."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from probe.model.check import Check, TlsPolicy
from probe.model.units import MILLISECOND
from tests.fakes.checks import make_check
from tests.fakes.servers import Authority

LONG = 5_000 * MILLISECOND
SHORT = 600 * MILLISECOND


def trusting(check: Check, authority: Authority) -> Check:
    """The same check, trusting this authority."""
    return under(check, TlsPolicy(ca_file=str(authority.ca_file)))


def under(check: Check, policy: TlsPolicy) -> Check:
    """The same check with another TLS policy."""
    return replace(check, request=replace(check.request, connection=replace(check.request.connection, tls=policy)))


def by(check: Check, **how: Any) -> Check:
    """The same check, its connection made otherwise."""
    return replace(check, request=replace(check.request, connection=replace(check.request.connection, **how)))


def check_of(url: str, *, timeout: int = LONG) -> Check:
    """A GET."""
    return make_check(url=url, timeout=timeout)


@contextmanager
def no_more_files() -> Iterator[None]:
    """A free descriptor below the highest one in use could be handed out again, so the limit is 0."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
