"""Why an expectation could not be evaluated: such a one fails with this reason, and never passes."""

from __future__ import annotations


class Unreadable(Exception):
    """Nothing can be said about what was asked for; the message says why, for a person."""


class Missing(Unreadable):
    """What was asked for is not there. `not exists` holds; every other operator fails."""
