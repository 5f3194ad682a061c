"""Commands of the central server."""

from __future__ import annotations

from argparse import Namespace

from fieldkit.cli import DONE, Unusable
from fieldkit.commands import say, say_json

MISSING = "The server's parts are not installed. Install fieldkit[server] on this machine."


def run(args: Namespace) -> int:
    """Serve until stopped."""
    try:
        from fieldkit.server.database import Unusable as NoDatabase
        from fieldkit.server.run import run as serve
    except ModuleNotFoundError as error:
        raise Unusable(MISSING) from error
    try:
        serve(args.database, args.host, args.port)
    except NoDatabase as error:
        raise Unusable(str(error)) from None
    except KeyboardInterrupt:
        pass  # the usual way to stop it; what was under way is finished
    return DONE


def status(args: Namespace) -> int:
    """Say what the server holds."""
    try:
        from fieldkit.server.database import Unusable as NoDatabase
        from fieldkit.server.status import status as read
    except ModuleNotFoundError as error:
        raise Unusable(MISSING) from error
    try:
        found = read(args.database)
    except NoDatabase as error:
        raise Unusable(str(error)) from None
    if args.json:
        say_json({**found})
        return DONE
    for kind, many in found["records"].items():
        if many:
            say(f"{kind:24}{many:>10}")
    for device in found["devices"]:
        say(f"laptop {device['origin']}: {device['last_seq']} changes, head {device['head'][:12]}")
    return DONE
