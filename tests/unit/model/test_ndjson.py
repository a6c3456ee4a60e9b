from __future__ import annotations

from probe.model.ndjson import to_json
from probe.model.result import Result, State
from probe.model.sample import CertificateFacts, Revocation, TlsFacts
from probe.model.units import SECOND

UP = Result(check="shop/home", location="default", scheduled_at=0, state=State.UP)


def test_what_did_not_happen_is_null() -> None:
    told = to_json(UP)
    assert [name for name, value in told.items() if value is None] == [
        *("http_status", "failure", "detail", "latency_ms", "address", "http_version", "tls", "evidence")
    ]


def test_certificates_are_told_in_full() -> None:
    leaf = CertificateFacts(
        subject="a.example",
        issuer="CA",
        not_before=0,
        not_after=SECOND,
        names=("a.example",),
        serial="04",
        key="EC 256",
    )
    tls = TlsFacts(version="TLSv1.3", cipher=None, chain=(leaf, CertificateFacts()), stapled=Revocation.GOOD)
    result = Result(check="a/b", location="default", scheduled_at=0, state=State.UP, tls=tls)
    nothing = {"subject": None, "issuer": None, "not_before": None, "not_after": None}
    assert to_json(result)["tls"] == {
        "version": "TLSv1.3",
        "cipher": None,
        "stapled": "good",
        "certificates": [
            {
                "subject": "a.example",
                "issuer": "CA",
                "not_before": "1970-01-01T00:00:00Z",
                "not_after": "1970-01-01T00:00:01Z",
                "names": ["a.example"],
                "serial": "04",
                "fingerprint": "",
                "key": "EC 256",
            },
            {**nothing, "names": [], "serial": "", "fingerprint": "", "key": ""},
        ],
    }
