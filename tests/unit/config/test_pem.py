"""The files of `tls` are looked into when the file is read, not at the first measurement."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from probe.config.load import loads
from probe.config.pem import look_into
from probe.model.errors import ConfigurationError
from probe.model.settings import Settings
from tests.fakes.pems import PEMS, write_pems

ENCRYPTED = "probe can't ask for its passphrase; decrypt it"


def read(tls: str, folder: Path, defaults: str = "{}") -> Settings:
    text = (
        f"version: 1\ndefaults: {{tls: {defaults}}}\napis:\n  shop:\n    checks:\n"
        f"      home:\n        get: https://shop.example.com/\n        tls: {tls}\n"
    )
    return loads(text.encode(), file="checks.yaml", environment={"DIR": "."}, folder=folder)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    write_pems(tmp_path, PEMS)
    return tmp_path


@pytest.mark.parametrize(
    ("tls", "problem"),
    [
        ("{ca_file: key.pem}", "8:15: home.tls.ca_file: key.pem has no certificate in PEM form, or a damaged one"),
        ("{ca_file: damaged-certificate.pem}",
         "8:15: home.tls.ca_file: damaged-certificate.pem has no certificate in PEM form, or a damaged one"),
        ("{ca_file: '${env:DIR}/nothing.pem'}",
         "8:15: home.tls.ca_file: ${env:DIR}/nothing.pem has no certificate in PEM form, or a damaged one"),
        ("{ca_file: too-large.pem}", "8:15: home.tls.ca_file: too-large.pem is larger than 1 MiB"),
        ("{certificate: key.pem}",
         "8:15: home.tls.certificate: key.pem has no certificate in PEM form, or a damaged one"),
        ("{certificate: client.pem}",
         "8:15: home.tls.certificate: tls.key is not given, and this file has no private key in PEM form"),
        ("{certificate: encrypted-both.pem}",
         "8:15: home.tls.certificate: tls.key is not given, and this file has an encrypted private key, and " + ENCRYPTED),
        ("{certificate: client.pem, key: ca.pem}", "8:40: home.tls.key: ca.pem has no private key in PEM form"),
        ("{certificate: client.pem, key: damaged-key.pem}",
         "8:40: home.tls.key: damaged-key.pem has a private key that is damaged or of an unknown kind"),
        ("{certificate: client.pem, key: encrypted.pem}",
         "8:40: home.tls.key: encrypted.pem has an encrypted private key, and " + ENCRYPTED),
        ("{certificate: client.pem, key: other-key.pem}",
         "8:40: home.tls.key: the private key does not fit the certificate of tls.certificate"),
    ],
)  # fmt: skip
def test_a_file_without_what_must_be_in_it_is_a_mistake(tls: str, problem: str, folder: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(tls, folder)
    assert str(raised.value).replace("apis.shop.checks.", "") == f"checks.yaml:{problem}"


@pytest.mark.parametrize("tls", ["{certificate: both.pem}", "{certificate: client.pem, key: key.pem, ca_file: ca.pem}"])
def test_files_with_what_must_be_in_them_are_fine(tls: str, folder: Path) -> None:
    assert read(tls, folder).checks[0].request.connection.tls.certificate


def test_certificate_and_key_may_stand_on_different_levels(folder: Path) -> None:
    read("{key: key.pem}", folder, "{certificate: client.pem}")
    with pytest.raises(ConfigurationError, match=r"2:43: defaults\.tls\.key: the private key does not fit"):
        read("{verify: true}", folder, "{certificate: client.pem, key: other-key.pem}")


def test_none_undoes_what_an_outer_level_says(folder: Path) -> None:
    outer = "{ca_file: ca.pem, certificate: client.pem, key: key.pem, server_name: api.internal}"
    plain = read("{verify: true}", folder).checks[0]
    for none in (
        "{ca_file: none, certificate: none, key: none, server_name: none}",
        "{ca_file: none, certificate: none, server_name: none}",
    ):
        check = read(none, folder, outer).checks[0]
        assert (check.request.connection, check.definition) == (plain.request.connection, plain.definition)
    assert read("{certificate: both.pem, key: none}", folder, outer).checks[0].request.connection.tls.key is None


def test_a_key_beside_no_certificate_is_a_mistake(folder: Path) -> None:
    with pytest.raises(
        ConfigurationError, match=r"tls\.key: is of no use without tls\.certificate; name that file too$"
    ):
        read("{certificate: none, key: key.pem}", folder, "{certificate: both.pem}")


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "client.pem"
    file.write_bytes(PEMS["client.pem"])
    assert look_into(file) is look_into(file)
    file.write_bytes(PEMS["key.pem"])
    os.utime(file, ns=(1, 1))
    assert look_into(file).certificate.problem


def test_a_file_that_is_gone_is_told() -> None:
    assert look_into(Path("/nowhere/client.pem")).key.problem == "can't be read: no such file or directory"
