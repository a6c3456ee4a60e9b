"""A host name to its addresses."""

from __future__ import annotations

import asyncio
from pathlib import Path

from probe.model.check import DnsPolicy
from probe.model.units import SECOND, Micros
from probe.probers.dns.cache import Cache, Key
from probe.probers.dns.files import Watched, read_hosts
from probe.probers.dns.lookup import Found, Lookup, Nothing
from probe.probers.dns.names import HostName, candidates, host_name, of_family
from probe.probers.dns.question import Plan
from probe.probers.dns.reasons import NO_ADDRESSES, unresolved
from probe.probers.dns.servers import NameServers, chosen, read_resolv_conf
from probe.probers.dns.shared import Shared


class Resolver:
    """Finds the addresses of hosts as a policy wants it, with nothing left open in between.

    1. What always means the same: loopback's names, and addresses in other spellings.
    2. This machine's hosts file, unless the policy names its own servers.
    3. The answer from before, as far as the policy and the answer itself allow.
    4. The name servers.
    """

    def __init__(self, resolv_conf: Path = Path("/etc/resolv.conf"), hosts: Path = Path("/etc/hosts")) -> None:
        self._system = Watched(resolv_conf, read_resolv_conf)
        self._hosts = Watched(hosts, read_hosts)
        self._cache = Cache()
        self._shared: Shared[Found] = Shared()
        self._turn = 0

    async def addresses(self, host: str, policy: DnsPolicy) -> tuple[str, ...]:
        """The host's addresses in their canonical spelling, in the order in which they shall be tried.

        Raises:
            TargetFailure: there are none.
            OSError: this machine could not ask.
        """
        name, family = host_name(host), policy.family
        now = asyncio.get_running_loop().time()
        if name.addresses:
            if found := of_family(name.addresses, family):
                return found
            raise unresolved(NO_ADDRESSES[family])
        if not policy.servers and (found := of_family(self._hosts.content(now).get(name.text, ()), family)):
            return found
        if not policy.ttl:
            return (await self._ask(name, policy)).addresses
        key = host, policy.servers, family
        if known := self._cache.get(key, policy.ttl, now):
            return known
        return (
            await self._shared.result((key, policy.timeout), lambda: self._ask_and_keep(key, name, policy))
        ).addresses

    async def _ask_and_keep(self, key: Key, name: HostName, policy: DnsPolicy) -> Found:
        asked_at = asyncio.get_running_loop().time()
        found = await self._ask(name, policy)
        self._cache.put(key, found, asked_at)
        return found

    async def _ask(self, name: HostName, policy: DnsPolicy) -> Found:
        loop = asyncio.get_running_loop()
        servers = chosen(policy.servers) if policy.servers else self._system.content(loop.time())
        plan = self._plan(servers, loop.time(), policy.timeout)
        failed: list[Nothing] = []
        for candidate in candidates(name, servers.search, servers.ndots):
            result = await Lookup(candidate, policy.family, policy.timeout, plan).result()
            if isinstance(result, Found):
                return result
            failed.append(result)
            if loop.time() >= plan.deadline:
                break
        raise unresolved(max(failed, key=lambda result: result.why).reason)

    def _plan(self, servers: NameServers, now: float, timeout: Micros) -> Plan:
        """Every try gets its time before the deadline."""
        order = servers.servers
        if servers.rotate:
            self._turn = (self._turn + 1) % len(order)
            order = order[self._turn :] + order[: self._turn]
        tries = order * servers.attempts
        patience = min(servers.patience, timeout // len(tries))
        return Plan(servers=tries, patience=patience / SECOND, deadline=now + timeout / SECOND)
