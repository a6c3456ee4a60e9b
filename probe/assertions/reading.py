"""A sample, with what several expectations need of it worked out once."""

from __future__ import annotations

from probe.assertions.decoding import decode_text, parse_json
from probe.assertions.unreadable import Missing, Unreadable
from probe.model.sample import Sample


class Reading:
    """One sample as expectations look at it; made for one judgement and thrown away after."""

    __slots__ = ("_document", "_text", "_trouble", "sample")

    _document: object

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self._text: str | Unreadable | None = None
        self._trouble: str | None = None

    def header(self, name: str) -> str:
        """The header's value, `name` in lower case; repeated ones are joined by `, `.

        Raises:
            Missing: there is none.
        """
        values = [value for key, value in self.sample.headers if key.lower() == name]
        if not values:
            raise Missing(f'no header "{name}"')
        return ", ".join(values)

    def text(self) -> str:
        """The body as text.

        Raises:
            Unreadable: it is not in the encoding that it says.
        """
        if self._text is None:
            self._text = self._decoded()
        if isinstance(self._text, Unreadable):
            raise Unreadable(str(self._text))
        return self._text

    def _decoded(self) -> str | Unreadable:
        try:
            return decode_text(self.sample.body, self._content_type())
        except Unreadable as trouble:
            return trouble

    def document(self) -> object:
        """The body's JSON.

        Raises:
            Unreadable: it is not JSON, or not such as can be read safely.
        """
        if self._trouble is not None:
            raise Unreadable(self._trouble)
        try:
            return self._document
        except AttributeError:
            return self._parsed()

    def _parsed(self) -> object:
        try:
            self._document = parse_json(self.sample.body)
        except Unreadable as trouble:
            self._trouble = str(trouble)
            raise
        return self._document

    def _content_type(self) -> str:
        try:
            return self.header("content-type")
        except Missing:
            return ""
