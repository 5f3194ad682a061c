"""The server's log: one line of JSON for each request or event; never whose record, never a value.

What other libraries log goes the same way, without the text of errors: it may quote a value.
"""

from __future__ import annotations

import json
import logging
import time
import traceback

LOG = logging.getLogger("fieldkit.server")

Detail = str | int | float | None


def note(event: str, **details: Detail) -> None:
    """Write one line: what happened, with identifiers and figures; what is None is left out."""
    told = {name: value for name, value in details.items() if value is not None}
    LOG.info("%s", json.dumps({"at": int(time.time()), "event": event, **told}))


def fault(door: str, error: Exception) -> None:
    """Write down a fault of the server's own: its sort and where it arose, not its text."""
    note("fault", door=door, error=type(error).__name__, where=_where(error))


def _where(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-8:])


class _Lines(logging.Formatter):
    """What is no line of JSON yet, as one."""

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
    """Write the log of the server, and warnings of all else, to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    LOG.setLevel(logging.INFO)
