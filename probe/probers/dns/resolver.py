"""A host name to its addresses."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

from probe.model.check import DnsPolicy, Family
from probe.model.sample import FailureKind
from probe.probers.failures import TargetFailure

_FAMILIES: Final = {Family.ANY: socket.AF_UNSPEC, Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}


class Resolver:
    """Finds a host's addresses as a policy wants it."""

    async def addresses(self, host: str, policy: DnsPolicy) -> tuple[str, ...]:
        """The host's addresses in their canonical spelling, in the order in which they shall be tried.

        Raises:
            TargetFailure: there are none.
        """
        loop = asyncio.get_running_loop()
        try:
            answers = await loop.getaddrinfo(host, None, family=_FAMILIES[policy.family], type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            raise TargetFailure(FailureKind.DNS, f"the name could not be resolved: {error.strerror}") from None
        return tuple(str(answer[4][0]) for answer in answers)
