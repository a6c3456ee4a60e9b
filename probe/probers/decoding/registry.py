"""Every content encoding that a body may come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from probe.probers.decoding.brotli import BrotliDecoder
from probe.probers.decoding.decoder import Decoder
from probe.probers.decoding.deflate import DeflateDecoder, GzipDecoder
from probe.probers.decoding.zstd import ZstdDecoder

DECODERS: Final[Mapping[str, Callable[[], Decoder]]] = MappingProxyType({
    "gzip": GzipDecoder,
    "deflate": DeflateDecoder,
    "br": BrotliDecoder,
    "zstd": ZstdDecoder,
})  # fmt: skip

ALIASES: Final[Mapping[str, str]] = MappingProxyType({"x-gzip": "gzip"})

ACCEPTED: Final = ", ".join(DECODERS)
"""What requests offer: only what can be decoded within bounds."""
