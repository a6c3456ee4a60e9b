"""Names, as people give them to things and to themselves."""

from __future__ import annotations

import getpass

from probe.model.errors import ConfigurationError
from probe.model.maintenance import LONGEST_NAME


def name(what: str, text: str) -> str:
    """The text, if it may be a name.

    Raises:
        ConfigurationError: it is empty, too long, or has something in it that can't be printed.
    """
    if not text.strip() or len(text) > LONGEST_NAME or not text.isprintable():
        raise ConfigurationError(f"{what} must be 1 to {LONGEST_NAME} characters that can be printed, on one line")
    return text


def author(said: str | None) -> str:
    """Who it is, or else the user of this machine.

    Raises:
        ConfigurationError: it is no name, or the user has none.
    """
    if said is not None:
        return name("--author", said)
    try:
        return name("the user's name", getpass.getuser())
    except (OSError, KeyError):  # a container may run as a number that nobody has
        raise ConfigurationError("this machine has no name for its user: give --author") from None
