"""Host names to addresses, asked of name servers without a thread."""

from probe.probers.dns.resolver import Resolver

__all__ = ["Resolver"]
