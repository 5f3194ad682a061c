"""The server's log: one line of JSON per request or event, without records, values or names.

Other libraries log in the same form, but without the text of errors, which may quote a value.
"""

from __future__ import annotations

import json
import logging
import time
import traceback

LOG = logging.getLogger("fieldkit.server")

Detail = str | int | float | None


def log_event(event: str, **details: Detail) -> None:
    """Write one line: the event, identifiers and figures; details that are None are left out."""
    known = {name: value for name, value in details.items() if value is not None}
    LOG.info("%s", json.dumps({"at": int(time.time()), "event": event, **known}))


def log_fault(route: str, error: Exception) -> None:
    """Log a bug: the error's type and where it was raised, not its text."""
    log_event("fault", route=route, error=type(error).__name__, where=_where(error))


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-8:])


class _JsonFormatter(logging.Formatter):
    """Formats the records of other loggers as lines of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == LOG.name:
            return record.getMessage()
        line: dict[str, object] = {
            "at": int(record.created),
            "event": record.name,
            "level": record.levelname.lower(),
        }
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            line |= {"error": type(error).__name__, "where": _where(error)}
        elif record.levelno < logging.ERROR:
            line["message"] = record.getMessage()
        return json.dumps(line)


def write_to_standard_error() -> None:
    """Send the server's log, and warnings of all other loggers, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
