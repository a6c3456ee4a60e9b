"""An alerter that only says what it is told, as a program: dies once when it hears of a fault called `die`."""

from __future__ import annotations

import json
import pickle
import sys

from probe.runtime.alerts.frames import Farewell, Frame, Pulse, Status
from probe.runtime.alerts.job import AlertJob


def _log(event: str, level: str = "info") -> None:
    sys.stderr.write(json.dumps({"event": event, "level": level, "pid": "its own"}) + "\n")
    sys.stderr.flush()


def _next() -> Frame | None:
    if not (length := sys.stdin.buffer.read(8)):
        return None
    frame: Frame = pickle.loads(sys.stdin.buffer.read(int.from_bytes(length, "big")))
    return frame


def main() -> None:
    while (frame := _next()) is not None:
        if isinstance(frame, AlertJob):
            _log(f"job {frame.title}")
        elif isinstance(frame, Farewell):
            _log("farewell")
            return
        elif isinstance(frame, Pulse):
            if "die" in frame.faults:
                sys.exit("its last words")
            if "talk" in frame.faults:
                _log("x" * (3 << 20))
                _log("after that")
            status = Status(planned_at=1, undelivered=len(frame.faults))
            sys.stdout.buffer.write(b"not a status\n" + status.line())
            sys.stdout.flush()
    _log("the daemon is gone", "warning")


if __name__ == "__main__":
    main()
