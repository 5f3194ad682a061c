"""Commands of the central server."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from fieldkit import reference
from fieldkit.cli import DONE, Unusable
from fieldkit.commands import say, say_json
from fieldkit.records.fields.dates import INDIA

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fieldkit.server.devices.listing import Enrolment

MISSING = "The server is not installed. Install fieldkit-jk[server] on this computer."
_SKEWED = 300
"""Seconds a clock may be wrong before it is reported."""


def run(args: Namespace) -> int:
    """Serve until stopped."""
    if bool(args.tls_cert) != bool(args.tls_key):
        raise Unusable("A certificate needs its key: give both --tls-cert and --tls-key.")
    with server_parts():
        from fieldkit.server.operation.run import Certificate
        from fieldkit.server.operation.run import run as serve

        certificate = Certificate(args.tls_cert, args.tls_key) if args.tls_cert else None
        # Ctrl+C is the usual way to stop it; current requests are finished.
        with suppress(KeyboardInterrupt):
            serve(
                args.database,
                args.host,
                args.port,
                certificate=certificate,
                trusted=args.trusted_proxy,
            )
    return DONE


def migrate(args: Namespace) -> int:
    """Upgrade the database to this version."""
    with server_parts():
        from fieldkit.server.database.migrate import migrate as migrate_database
        from fieldkit.server.database.migrate import open_database
        from fieldkit.server.ingest.older_fields import convert_older_fields

        done = migrate_database(args.database)
        engine = open_database(args.database)
        try:
            convert_older_fields(engine, int(time.time()))
        finally:
            engine.dispose()
    say("The database is ready." if done else "The database was already up to date.")
    return DONE


def code(args: Namespace) -> int:
    """Print a one-time code and nothing else."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.enrolment import CODE_MINUTES, make_code

        made = make_code(
            connection,
            args.role,
            args.district,
            args.block,
            int(time.time()),
            args.minutes or CODE_MINUTES,
        )
    say(made)
    return DONE


def devices(args: Namespace) -> int:
    """List enrolled devices, and what is odd about them."""
    with server_parts():
        from fieldkit.server.devices.listing import devices as read

        found = read(args.database, int(time.time()))
    if args.json:
        say_json([{**one} for one in found])
        return DONE
    for one in found:
        for line in _lines(one):
            say(line)
    if not found:
        say("No laptop is enrolled. `fieldkit server code` makes the code for one.")
    return DONE


def revoke(args: Namespace) -> int:
    """End a device's access."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.enrolment import revoke as end

        end(connection, args.device, int(time.time()))
    say(f"Device {args.device} is revoked. At its next sync it hands in what is not sent.")
    return DONE


def recover(args: Namespace) -> int:
    """Print a one-time code that unlocks a device, and nothing else."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.recovery import RECOVERY_MINUTES, make_recovery_code

        minutes = args.minutes or RECOVERY_MINUTES
        made = make_recovery_code(connection, args.device, int(time.time()), minutes)
    say(made)
    return DONE


def scope(args: Namespace) -> int:
    """Change what a device may see and write."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.scopes import change_scope

        now = int(time.time())
        held = change_scope(connection, args.device, args.district, args.block, now).scope
    area = place_in_words(held.district, held.block)
    say(f"From its next sync, device {args.device} has {area}.")
    return DONE


def close_scope(args: Namespace) -> int:
    """End at once what a device may still send for areas that it no longer has."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.scopes import close_scopes

        closed = close_scopes(connection, args.device, int(time.time()))
    if closed:
        say(
            f"What device {args.device} sends for its former areas from now on is for a "
            "supervisor to decide."
        )
    else:
        say(f"Device {args.device} has no former area that is still open.")
    return DONE


def ended_scopes(args: Namespace) -> int:
    """Say, or set, for how many days the former area of a device counts."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.scopes import grace_seconds, set_grace
        from fieldkit.server.scope import DAY

        if args.days is not None:
            set_grace(connection, args.days)
        days = grace_seconds(connection) // DAY
    say(f"A device may send work for a former area for {days} days.")
    return DONE


def silent_devices(args: Namespace) -> int:
    """Say, or set, after how many days without a sync a device is silent."""
    with _writing(args.database) as connection:
        from fieldkit.server.devices.listing import set_silent_days, silent_days

        if args.days is not None:
            set_silent_days(connection, args.days)
        days = silent_days(connection)
    say(f"A device that has not synced for {days} days is shown as silent.")
    return DONE


def status(args: Namespace) -> int:
    """Say what the server holds."""
    with server_parts():
        from fieldkit.server.operation.status import status as read

        found = read(args.database)
    if args.json:
        say_json({**found})
        return DONE
    for kind, many in found["records"].items():
        if many:
            say(f"{kind:24}{many:>10}")
    for device in found["devices"]:
        say(f"laptop {device['origin']}: {device['last_seq']} changes, head {device['head'][:12]}")
    if not found["devices"]:
        say("No laptop has sent anything yet.")
    return DONE


@contextmanager
def server_parts() -> Iterator[None]:
    """Turn errors of the server's code, and its absence, into a sentence."""
    try:
        from fieldkit.server.database.connection import Unusable as NoDatabase
        from fieldkit.server.devices.authentication import WrongInput
    except ModuleNotFoundError as error:
        raise Unusable(MISSING) from error
    try:
        yield
    except ModuleNotFoundError as error:
        raise Unusable(MISSING) from error
    except (NoDatabase, WrongInput) as error:
        raise Unusable(str(error)) from None


@contextmanager
def _writing(database: str) -> Iterator[Connection]:
    """Open the database for one transaction."""
    with server_parts():
        from fieldkit.server.database.connection import writing
        from fieldkit.server.database.migrate import open_database

        engine = open_database(database)
        try:
            with writing(engine) as connection:
                yield connection
        finally:
            engine.dispose()


def _lines(device: Enrolment) -> Iterator[str]:
    """Describe one device, with a line for everything odd about it."""
    place = place_in_words(device["district"], device["block"])
    when = f"seen {moment(device['last_seen'])}" if device["last_seen"] else "not seen yet"
    yield f"{device['id']:>5}  {device['name'] or 'no name'}, {device['role']}, {place}, {when}"
    if device["program"] or device["unsent"] is not None:
        unsent = "not known" if device["unsent"] is None else device["unsent"]
        yield f"       fieldkit {device['program'] or 'not known'}, changes left on it: {unsent}"
    if device["origins"]:
        yield f"       laptop {', '.join(device['origins'])}"
    for log in device["holds"]:
        other = log["name"] or "no name"
        yield (
            f"       its code was used by the laptop that holds the log {log['origin']} "
            f"of device {log['id']}, {other}"
        )
    if device["revoked_at"]:
        yield f"       revoked {moment(device['revoked_at'])}"
    for piece in device["sealed"]:
        changes = f"{piece['changes']} change{'' if piece['changes'] == 1 else 's'}"
        since = f", since {moment(piece['since'])}" if piece["since"] else ""
        yield f"       {changes} handed in, sealed{since}: a supervisor decides"
    skew = device["skew"] or 0
    if abs(skew) > _SKEWED:
        way = "ahead" if skew > 0 else "behind"
        hours = abs(skew) / 3600
        length = f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:,.0f} days"
        yield f"       its clock is {length} {way}"
    if device["busy_at_once"]:
        copies = ", ".join(device["busy_at_once"])
        yield f"       two copies of it are in use: {copies}. Enrol one of them again."


def place_in_words(district: int | None, block: int | None) -> str:
    """Return the name of an area."""
    if district is None:
        return "all districts"
    held = reference.option("record_district", district)
    name = held.label if held else f"district {district}"
    inside = reference.option("block", block) if block is not None else None
    return f"block {inside.label} in {name}" if inside else name


def moment(seconds: int) -> str:
    """Return a time in India, to the minute."""
    return datetime.fromtimestamp(seconds, INDIA).strftime("%Y-%m-%d %H:%M")
