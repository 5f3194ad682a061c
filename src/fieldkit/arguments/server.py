"""Arguments of the commands of the central server."""

from __future__ import annotations

from pathlib import Path

from fieldkit.arguments.parts import (
    DEVICE,
    LATE_ACTS,
    ROLES,
    Subparsers,
    add_action,
    add_group,
    add_json,
    add_report,
    add_scope,
    count,
    whole,
)


def add_server(commands: Subparsers) -> None:
    """Add the commands of the server."""
    server = add_group(commands, "server", "the central server (needs fieldkit-jk[server])")
    actions = server.add_subparsers(title="actions", metavar="ACTION", required=True)
    run = add_action(actions, "run", "run the server until stopped")
    run.add_argument("--host", default="127.0.0.1", metavar="H")
    run.add_argument("--port", type=whole, default=8000, metavar="P")
    run.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate with chain, PEM")
    run.add_argument("--tls-key", type=Path, metavar="FILE", help="its key, PEM")
    run.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDR",
        help="address of a proxy that ends https in front of this server; may be repeated",
    )
    add_action(actions, "migrate", "upgrade the database to this version")
    code = add_action(actions, "code", "make a one-time code to enrol a laptop")
    code.add_argument("--role", required=True, choices=ROLES)
    add_scope(code)
    code.add_argument("--minutes", type=count, metavar="M", help="minutes until it expires")
    add_json(add_action(actions, "devices", "list who is enrolled"))
    revoke = add_action(actions, "revoke", "end a device's access")
    revoke.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)
    recover = add_action(
        actions, "recover", "make a one-time code for a laptop whose passphrase was forgotten"
    )
    recover.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)
    recover.add_argument("--minutes", type=count, metavar="M", help="minutes until it expires")
    scope = add_action(actions, "scope", "change what a device may see and write")
    scope.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)
    add_scope(scope)
    close = add_action(
        actions,
        "close-scope",
        "let a supervisor decide on all work for the former areas of a device",
        "close_scope",
    )
    close.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)
    ended = add_action(
        actions,
        "ended-scopes",
        "show or set for how long work for former areas is accepted",
        "ended_scopes",
    )
    ended.add_argument("--days", type=whole, metavar="N")
    silent = add_action(
        actions,
        "silent-devices",
        "show or set after how many days without a sync a device is silent",
        "silent_devices",
    )
    silent.add_argument("--days", type=whole, metavar="N")
    add_late(actions)
    bundle = add_group(actions, "bundle", "take in what a laptop without a connection has written")
    choices = bundle.add_subparsers(title="actions", metavar="ACTION", required=True)
    take = add_action(
        choices,
        "apply",
        "take in a bundle and write the answer beside it",
        "bundles:apply_on_server",
    )
    take.add_argument("file", type=Path, metavar="FILE", help="the bundle, which ends with .fkb")
    add_report(
        add_action(
            actions, "report", "print a report on what the server holds", "reports.report:server"
        )
    )
    add_json(add_action(actions, "status", "show what the server holds"))


def add_late(actions: Subparsers) -> None:
    """Add the commands about late changes."""
    late = add_group(actions, "late", "decide on changes for former areas of a device")
    choices = late.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = add_action(choices, "list", "list the late changes", "review.late:listing")
    listing.add_argument(
        "--device", type=whole, metavar="DEVICE", help="only the changes of this device"
    )
    add_json(listing)
    for name, help_text in LATE_ACTS:
        decide = add_action(choices, name, help_text, f"review.late:{name}")
        decide.add_argument("change", nargs="*", metavar="CHANGE", help="like 7KQ2M9XD/14")
        decide.add_argument(
            "--device", type=whole, metavar="DEVICE", help="all changes of a device"
        )
