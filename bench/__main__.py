"""`make bench`, or `python -m bench b2 b4` for some of it: each figure beside its budget and a reference of the same run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Final

from bench.against_curl import against_curl
from bench.alerting import alerting
from bench.figure import Figure, show
from bench.known_delay import known_delay
from bench.loading import loading
from bench.service_levels import service_levels
from bench.storing import storing
from bench.through_httpx import through_httpx
from bench.throughput import plain, secure

PARTS: Final[dict[str, Callable[[], Iterator[Figure]]]] = {
    "b1": plain,
    "b2": secure,
    "b4": known_delay,
    "b5": storing,
    "b6": service_levels,
    "b8": loading,
    "b9": alerting,
    "curl": against_curl,
    "httpx": through_httpx,
}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in wanted:
        show(PARTS[name]())


if __name__ == "__main__":
    main()
