"""Commands of a sync by stick: write a bundle, apply it on the server, take the answer."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fieldkit.cli import DONE, IN_PART, OFFLINE, Unusable, print_error
from fieldkit.commands import open_store, say, say_json
from fieldkit.commands.server import server_parts
from fieldkit.stick import NotCarried
from fieldkit.sync.bundle.sentences import taken, written

if TYPE_CHECKING:
    from fieldkit.server.ingest.bundles.carried import AppliedBundle


def write(args: Namespace) -> int:
    """Put everything that waits on a stick."""
    from fieldkit.sync.bundle.stick import write_to

    with _sentences(), open_store() as store:
        found = write_to(store, args.folder)
    say(written(found))
    return DONE


def apply(args: Namespace) -> int:
    """Take the server's answer to a bundle."""
    from fieldkit.sync.revoked import take_or_hand_in

    with _sentences(), open_store() as store:
        found = take_or_hand_in(store, args.file)
    if args.json:
        say_json(
            {
                "bundle": found.number,
                "acknowledged": found.acknowledged,
                "returned": found.returned,
                "received": found.received,
                "conflicts": found.conflicts,
                "waiting": found.left,
                "again": found.before,
                "outdated": found.outdated,
                "trouble": found.trouble or None,
            }
        )
    elif said := taken(found):
        say(" ".join(said))
    if found.trouble:
        print_error(found.trouble)
    return IN_PART if found.trouble or found.returned else DONE


def forward(args: Namespace) -> int:
    """Hand a bundle to the server over this laptop's connection, unopened."""
    from fieldkit.sync.bundle.stick import forward_file

    try:
        with _sentences(), open_store() as store:
            path = forward_file(store, args.file)
    except _Offline as offline:
        print_error(str(offline))
        return OFFLINE
    say(f"The server has taken the bundle. Its answer is {path}. Carry it to the laptop.")
    return DONE


def apply_on_server(args: Namespace) -> int:
    """Apply a bundle on the server, and write the answer beside it."""
    with server_parts():
        from fieldkit.server.operation.bundle import apply_file

        found, path = apply_file(args.database, args.file, int(time.time()))
    say(f"Bundle {found.number} of device {found.device}: {_became(found)}")
    say(f"The answer is {path}, with {found.rows} records. Carry it to the laptop.")
    return IN_PART if found.refused else DONE


def _became(found: AppliedBundle) -> str:
    """Return the sentences about a bundle that the server has."""
    if found.kept:
        return (
            "its laptop may not sync any more. The bundle is kept: its supervisor admits or "
            "discards it on the page Devices."
        )
    old = found.changes - found.new
    here = f" {old} were on the server before." if old > 0 else ""
    refused = f"\nNot everything was taken: {found.refused}" if found.refused else ""
    return f"{found.new} changes are new.{here}{refused}"


class _Offline(Exception):
    """There is no connection; the text is a sentence."""


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except NotCarried as error:
        raise (_Offline if error.offline else Unusable)(str(error)) from None
