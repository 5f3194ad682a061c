"""Arguments of the commands that talk to the server, and of a supervisor's laptop."""

from __future__ import annotations

from pathlib import Path

from fieldkit.arguments.parts import (
    DEVICE,
    LATE_ACTS,
    ROLES,
    Subparsers,
    add,
    add_group,
    add_json,
    add_scope,
    count,
    whole,
)


def add_sync(commands: Subparsers) -> None:
    """Add the commands that send, receive and compare."""
    enrol = add(commands, "enrol", "enrol this laptop with a server", "laptop:enrol")
    enrol.add_argument("url", help="the address of the server, as the supervisor gave it")
    enrol.add_argument("code", help="the one-time code from the supervisor")
    add_json(
        add(commands, "sync", "send what is not sent yet, receive what others saved", "laptop:sync")
    )
    receipt = add(
        commands, "receipt", "compare this laptop with the server", "review.comparing:receipt"
    )
    receipt.add_argument("-o", "--output", type=Path, metavar="FILE", help="also as a text file")
    add_json(receipt)
    add_json(add(commands, "conflicts", "list the values to settle", "review.comparing:conflicts"))
    review = add(commands, "review", "list what waits for a decision", "review.inbox:review")
    review.add_argument("--kind", choices=SECTIONS, help="only this section")
    add_json(review)
    resolve = add(commands, "resolve", "settle two values of one field", "review.comparing:resolve")
    resolve.add_argument("conflict", metavar="CONFLICT")
    resolve.add_argument("--keep", required=True, metavar="mine|theirs|VALUE")


def add_bundles(commands: Subparsers) -> None:
    """Add the commands of a sync by stick."""
    bundle = add_group(commands, "bundle", "sync by stick where there is no connection")
    actions = bundle.add_subparsers(title="actions", metavar="ACTION", required=True)
    write = add(actions, "write", "put what is not sent yet on a stick", "bundles:write")
    write.add_argument("folder", type=Path, metavar="DIR", help="the folder of the stick")
    take = add(actions, "apply", "take the server's answer from a stick", "bundles:apply")
    take.add_argument("file", type=Path, metavar="FILE", help="the answer, which ends with .fka")
    add_json(take)
    hand = add(actions, "forward", "hand a bundle of any laptop to the server", "bundles:forward")
    hand.add_argument("file", type=Path, metavar="FILE", help="the bundle, which ends with .fkb")


def add_supervising(commands: Subparsers) -> None:
    """Add the commands of a supervisor's laptop."""
    devices = add(
        commands,
        "devices",
        "list the devices of a supervisor's area, or change one",
        "review.supervising:devices",
    )
    add_json(devices)
    actions = devices.add_subparsers(title="actions", metavar="ACTION")
    revoke = add(actions, "revoke", "end a device's access", "review.supervising:revoke")
    revoke.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)
    code = add(actions, "code", "make a one-time code for a laptop", "review.supervising:code")
    code.add_argument(
        "device",
        nargs="?",
        type=whole,
        metavar="DEVICE",
        help="an enrolled device, for a code with its role and area",
    )
    code.add_argument("--role", choices=ROLES, help="the role of a new device")
    add_scope(code)
    code.add_argument("--minutes", type=count, metavar="M", help="minutes until it expires")
    area = add(actions, "area", "give a device another area", "review.supervising:area")
    area.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)
    add_scope(area)

    recover = add(
        actions,
        "recover",
        "make a one-time code for a laptop whose passphrase was forgotten",
        "review.supervising:recover",
    )
    recover.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)

    for name, help_text in (
        ("admit", "take in what a revoked device handed in, as if it had been sent in time"),
        ("discard", "discard for good what a revoked device handed in"),
    ):
        decide = add(actions, name, help_text, f"review.supervising:{name}")
        decide.add_argument("device", type=whole, metavar="DEVICE", help=DEVICE)

    late = add_group(commands, "late", "decide on changes that came too late for their area")
    choices = late.add_subparsers(title="actions", metavar="ACTION", required=True)
    add_json(add(choices, "list", "list the late changes", "review.supervising:late"))
    for name, help_text in LATE_ACTS:
        decide = add(choices, name, help_text, f"review.supervising:{name}")
        decide.add_argument("change", nargs="+", metavar="CHANGE", help="like 7KQ2M9XD/14")


SECTIONS = ("conflict", "duplicate", "finding", "decision", "sent-back", "late", "device")
