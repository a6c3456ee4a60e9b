"""`body` and `body.size`: the decoded body, as text and in bytes."""

from __future__ import annotations

from typing import Final

from probe.assertions.quantities import SIZE
from probe.assertions.reading import Reading
from probe.assertions.subject import Subject
from probe.assertions.text import TEXT

BODY: Final[Subject[str]] = Subject(
    name="body",
    about="the body as text, decoded by the charset of its content-type, else as UTF-8",
    example="body contains OK",
    kind=TEXT,
    reader=lambda _: Reading.text,
)
BODY_SIZE: Final[Subject[int]] = Subject(
    name="body.size",
    about="the size of the body after decompression",
    example="body.size < 64KiB",
    kind=SIZE,
    reader=lambda _: lambda reading: len(reading.sample.body),
)
