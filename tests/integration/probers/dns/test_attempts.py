"""Whole attempts whose names are asked for."""

from __future__ import annotations

from probe.model.check import Check
from probe.model.sample import FailureKind
from probe.probers.http import HttpProber
from tests.fakes.dns import NameServer, naming, silent, zone
from tests.fakes.servers import EMPTY_OK, answers, serving
from tests.integration.hostile.row import NAME
from tests.integration.probers.measuring import LONG, SHORT, by, check_of


def check_by(server: NameServer, url: str, *, timeout: int = LONG, patience: int = LONG) -> Check:
    """A check whose host this server knows."""
    return by(check_of(url, timeout=timeout), dns=server.policy(timeout=patience))


async def test_an_attempt_goes_to_where_the_name_server_says(prober: HttpProber) -> None:
    async with naming(zone("www.example 300 A 127.0.0.1")) as names, serving(answers(EMPTY_OK)) as target:
        sample = await prober.measure(check_by(names, target.url(host=NAME)))
        assert sample.address == f"127.0.0.1:{target.port}"
    assert sample.failure is None
    assert sample.phases.dns is not None


async def test_an_attempt_whose_name_server_is_silent_is_a_dns_failure(prober: HttpProber) -> None:
    async with naming(silent) as names:
        sample = await prober.measure(check_by(names, "http://www.example/", patience=SHORT))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.DNS
    assert sample.failure.detail == (
        f"the name could not be resolved: no answer from name server {names.text} within 600ms"
    )
    assert (sample.phases.dns or 0) > 0.98 * SHORT
    assert sample.phases.connect is None


async def test_the_deadline_of_the_attempt_comes_before_that_of_the_name(prober: HttpProber) -> None:
    async with naming(silent) as names:
        sample = await prober.measure(check_by(names, "http://www.example/", timeout=SHORT))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.TIMEOUT
    assert sample.failure.detail.endswith("while the name was resolved")


async def test_a_name_that_leads_to_a_denied_address_is_blocked(prober: HttpProber) -> None:
    async with naming(zone("www.example 300 A 169.254.169.254")) as names:
        sample = await prober.measure(check_by(names, "http://www.example/"))
    assert sample.failure is not None
    assert sample.failure.kind is FailureKind.BLOCKED
