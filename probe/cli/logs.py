"""The log: events on standard error, for a person or for a machine."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from typing import TextIO

import structlog
from structlog.typing import EventDict

from probe.cli.options import one_of
from probe.report.words import visible


class _StandardError:
    """Whatever standard error is at the moment: a live display puts itself in its place."""

    def write(self, text: str) -> int:
        """A log that can't be written (a full disk, a reader that left) must not stop what it tells of."""
        with suppress(OSError, ValueError):
            return sys.stderr.write(text)
        return 0

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


class _Forward(logging.Handler):
    """What libraries log becomes an event like ours, in the same format."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def _visible(_logger: object, _method: str, event: EventDict) -> EventDict:
    """What files and targets say does nothing to a terminal."""
    return {key: visible(value) if isinstance(value, str) else value for key, value in event.items()}


def configure(log_format: str) -> None:
    """Set up the log of this process.

    Raises:
        ConfigurationError: an unknown format.
    """
    one_of("--log-format", log_format, ("text", "json"))
    is_terminal = sys.stderr.isatty()
    renderer = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=True, pad_event_to=0)
        if is_terminal
        else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])
    )
    is_for_a_person = is_terminal and log_format == "text"
    stamp = (
        structlog.processors.TimeStamper("%H:%M:%S", utc=False)
        if is_for_a_person
        else structlog.processors.TimeStamper("iso", utc=True)
    )
    plain = [] if log_format == "json" else [_visible]
    target: TextIO = _StandardError()  # type: ignore[assignment]  # structlog needs write and flush only
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            stamp,
            structlog.processors.format_exc_info,
            *plain,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_Forward()], force=True)
