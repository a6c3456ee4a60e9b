"""Signatures of Standard Webhooks, held against the vector of its specification."""

from __future__ import annotations

import base64

import pytest

from probe.channels.signing import keys_of, sign

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"k" * 64).decode()
BODY = b'{"test": 2432232314}'
ID, AT = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
KNOWN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_it_signs_as_the_specification_does() -> None:
    assert sign(keys_of(SECRET), ID, AT, BODY) == KNOWN


def test_two_secrets_give_two_signatures_in_their_order() -> None:
    both = sign(keys_of(f"{SECRET} {OTHER}"), ID, AT, BODY).split(" ")
    assert both == [KNOWN, sign(keys_of(OTHER), ID, AT, BODY)]


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 'does not begin with "whsec_"'),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "is not Base64"),
        ("whsec_Zürich", "is not Base64"),
        ("whsec_" + base64.b64encode(b"k" * 23).decode(), "has 23 bytes"),
        ("whsec_" + base64.b64encode(b"k" * 65).decode(), "has 65 bytes"),
        (f"{SECRET} hunter2hunter2", 'does not begin with "whsec_"'),
    ],
)
def test_what_is_no_secret_is_refused_without_being_shown(secret: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as raised:
        keys_of(secret)
    assert secret.split()[-1].removeprefix("whsec_") not in str(raised.value)
