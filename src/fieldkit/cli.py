"""The command line, a stable interface for scripts.

Exit codes: 0 done, 1 done in part, 2 unusable input, 3 offline. Standard output carries results,
with ``--json`` nothing but JSON; messages about problems go to standard error. A command is
imported only when it is called, so that the application starts quickly.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn, TypeAlias, cast

from fieldkit.file_fault import why
from fieldkit.plain_text import shown, write_utf8
from fieldkit.settings import home_folder

DONE, IN_PART, UNUSABLE, OFFLINE = 0, 1, 2, 3

Command: TypeAlias = Callable[[argparse.Namespace], int]


class Unusable(Exception):
    """The command cannot work with this input; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command, or the application, and exit with its code."""
    write_utf8()
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command, or the application, and return its exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given:
        from fieldkit.app import run as run_application

        return run_application(home_folder())
    from fieldkit.arguments import parser

    args = parser().parse_args(given)
    module, name = args.run
    try:
        command = cast(Command, getattr(import_module(f"fieldkit.commands.{module}"), name))
        code = command(args)
        sys.stdout.flush()
    except Unusable as error:
        return print_error(str(error))
    except KeyboardInterrupt:
        print_error("Stopped. What was already saved stays saved.")
        return IN_PART
    except BrokenPipeError:
        _write_nowhere()
        return IN_PART
    except Exception as error:
        return _failed(error)
    return code


def _write_nowhere() -> None:
    """Redirect standard output: its reader has gone, and a flush at exit must not fail again."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(error: Exception) -> int:
    """Print what went wrong in one sentence without personal data; return the exit code."""
    from fieldkit.store import Refused, StoreError

    if isinstance(error, StoreError | Refused):
        return print_error(str(error))
    if isinstance(error, OSError):
        return print_error(f"{error.filename or 'A file'} cannot be used: {why(error)}.")
    from fieldkit.app import write_log

    log = write_log(home_folder())
    print_error(
        "fieldkit stopped because of an error in the program. What was saved is safe."
        + (f" Send this file to the fieldkit administrator: {log}" if log else "")
    )
    return IN_PART


def print_error(sentence: str) -> int:
    """Print what is wrong to standard error; return the exit code for unusable input."""
    sys.stderr.write(f"{shown(sentence)}\n")
    return UNUSABLE
