"""The command line as its arguments, one module for each subject."""

from __future__ import annotations

import argparse

from fieldkit import __version__
from fieldkit.arguments.day import add_day, add_printing
from fieldkit.arguments.laptop import add_laptop
from fieldkit.arguments.records import add_records
from fieldkit.arguments.reports import add_reports
from fieldkit.arguments.review import add_deciding
from fieldkit.arguments.server import add_server
from fieldkit.arguments.sync import add_bundles, add_supervising, add_sync


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    made = argparse.ArgumentParser(
        prog="fieldkit",
        description="Offline field records for block offices. Without a command, the application "
        "opens.",
        epilog="FIELDKIT_HOME is the folder that holds everything of one installation. "
        "FIELDKIT_PASSPHRASE opens it if it is encrypted; without it a command asks.",
    )
    made.add_argument("--version", action="version", version=f"fieldkit {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_laptop(commands)
    add_records(commands)
    add_deciding(commands)
    add_printing(commands)
    add_day(commands)
    add_reports(commands)
    add_sync(commands)
    add_bundles(commands)
    add_supervising(commands)
    add_server(commands)
    return made
