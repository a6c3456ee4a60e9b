"""Redirects that lead nowhere, or where nobody may go."""

from __future__ import annotations

from typing import Final

from probe.model.sample import FailureKind
from tests.fakes.servers import answers, redirect
from tests.integration.hostile.row import SECRET, Hostile

REDIRECTS: Final = (
    Hostile(
        name="redirects for ever",
        behave=answers(redirect("/")),
        kind=FailureKind.REDIRECT,
        says="more than 3 redirects",
        status=302,
        redirects=3,
    ),
    *(
        Hostile(
            name=f"redirects to {name}",
            behave=answers(redirect(location)),
            kind=FailureKind.REDIRECT,
            says=says,
            status=302,
            redirects=3,
        )
        for name, location, says in (
            ("no URL", "http://[::1", "not a URL"),
            ("no such IPv4", "http://999.1.1.1/", "not a URL"),
            ("no Punycode", "http://xn--99999999/", "not a URL"),
            ("a port beyond all", "http://127.0.0.1:99999/", "not an HTTP address"),
            ("port 0", "//127.0.0.1:0/", "not an HTTP address"),
            ("a file", "file:///etc/passwd", "not an HTTP address"),
            ("a script", f"javascript:{SECRET}", "not an HTTP address"),
        )
    ),
    *(
        Hostile(name=f"leads to {host}", behave=answers(redirect(f"//{host}/")), kind=FailureKind.BLOCKED, redirects=3)
        for host in (
            "169.254.169.254",
            "[::ffff:169.254.169.254]",
            "0.0.0.0",
            "[::]",
            "[fd00:ec2::254]",
            "100.100.100.200",
        )
    ),
)
