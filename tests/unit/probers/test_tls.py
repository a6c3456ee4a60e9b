from __future__ import annotations

import pytest
from OpenSSL import SSL

from probe.model.check import TlsPolicy, TlsVersion
from probe.probers.tls import context


def offered(policy: TlsPolicy) -> list[str]:
    return SSL.Connection(context(policy, http2=False), None).get_cipher_list()


@pytest.mark.parametrize("version", TlsVersion)
def test_no_prime_of_the_targets_own_making_is_computed_with(version: TlsVersion) -> None:
    ciphers = offered(TlsPolicy(min_version=version))
    assert "ECDHE-ECDSA-AES128-GCM-SHA256" in ciphers
    assert not [name for name in ciphers if name.startswith(("DHE-", "ADH-", "PSK-"))]


def test_a_context_is_made_once_whatever_name_is_expected() -> None:
    made = {id(context(TlsPolicy(server_name=name), http2=False)) for name in (None, "a.example", "b.example")}
    assert len(made) == 1
