"""What channels reach the world with: the ways on which targets are measured, so that receivers can do us no more harm."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Final

from probe.channels.channel import DeliveryFailed, Surroundings
from probe.model.check import AddressPolicy, Check, Confirm, Connection, Request
from probe.model.sample import Sample
from probe.model.units import Micros
from probe.probers.connecting import addresses_of, race
from probe.probers.dns import Resolver
from probe.probers.failures import classify
from probe.probers.http import HttpProber
from probe.probers.resolve import LookUp
from probe.probers.timing import Recorder
from probe.probers.transport import ProbeTransport
from probe.runtime.alerts.job import AlertJob
from probe.runtime.clock import Clock

_ONCE: Final = Confirm(retries=0, after=0)


def surroundings(job: AlertJob, clock: Clock) -> Surroundings:
    """Those of a job's channels; nothing of it is to be closed."""
    look_up = Resolver().addresses
    transport = ProbeTransport(look_up)

    async def post(request: Request, within: Micros) -> Sample:
        check = _check(_vetted(request, job.addresses), within)
        # One of its own: a prober keeps each request that it has made, which is meant for those that come again.
        return await HttpProber(transport, clock.now, contact=job.contact).measure(check)

    async def connect(host: str, port: int) -> socket.socket:
        return await _connected(host, port, Connection(addresses=job.addresses), look_up)

    return Surroundings(
        post=post,
        connect=connect,
        now=clock.now,
        site=job.title,
        report_url=job.report_url,
        location=job.location,
    )


def _vetted(request: Request, addresses: AddressPolicy) -> Request:
    """By the file's own policy, and with no connection kept: hours may lie between two messages."""
    return replace(request, connection=replace(request.connection, addresses=addresses, reuse=False))


def _check(request: Request, within: Micros) -> Check:
    return Check(
        id="alerts/post",
        api="alerts",
        name="post",
        interval=within,
        timeout=within,
        confirm=_ONCE,
        request=request,
        expectations=(),
    )


async def _connected(host: str, port: int, connection: Connection, look_up: LookUp) -> socket.socket:
    recorder = Recorder()
    try:
        addresses = await addresses_of(host, connection, look_up, recorder)
        recorder.begin("connect")
        opened, _ = await race(addresses, port)
    except Exception as error:  # noqa: BLE001  # whatever goes wrong becomes a named failure
        raise DeliveryFailed(classify(error, recorder.current()).detail) from None
    return opened
