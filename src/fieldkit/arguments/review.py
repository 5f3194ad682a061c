"""Arguments of the commands that decide: one person or two, stages, a portal's list."""

from __future__ import annotations

from pathlib import Path

from fieldkit.arguments.parts import Subparsers, add, add_columns, add_json


def add_same_person(commands: Subparsers) -> None:
    """Add the commands about two records of perhaps one person."""
    merge = add(
        commands, "merge", "note that two records are of one person", "review.same_person:merge"
    )
    merge.add_argument("kept", metavar="KEPT", help="the record that is kept and stands for both")
    merge.add_argument(
        "duplicate",
        metavar="DUPLICATE",
        help="the other record; its number leads to the one that is kept",
    )
    merge.add_argument(
        "--use",
        action="append",
        default=[],
        metavar="FIELD,...",
        help="take the values of these fields from the duplicate",
    )
    unmerge = add(
        commands, "unmerge", "take a merge back: two people again", "review.same_person:unmerge"
    )
    unmerge.add_argument("id", metavar="ID", help="the record that was the duplicate")
    for command in (merge, unmerge):
        add_json(command)
    different = add(
        commands,
        "different",
        "note that two records are of different people",
        "review.same_person:different",
    )
    different.add_argument("id", metavar="ID", help="one record")
    different.add_argument("other", metavar="ID", help="the other record")
    different.add_argument("--undo", action="store_true", help="take back that they are different")


def add_deciding(commands: Subparsers) -> None:
    """Add the commands that decide on records and send them back."""
    decide = add(
        commands,
        "decide",
        "approve or reject at a stage, or move a loan, toolkit or fund to a state",
        "review.deciding:decide",
    )
    decide.add_argument("id", metavar="ID", help="the application, loan, toolkit or fund")
    decide.add_argument(
        "--stage", default="", metavar="N", help="the stage of an application: 1, 2 or 3"
    )
    decide.add_argument(
        "--as",
        dest="outcome",
        required=True,
        metavar="approve|reject|STATE",
        help="the decision; a wrong word prints those that are possible",
    )
    decide.add_argument("--reason", default="", metavar="TEXT", help="needed to reject")
    decide.add_argument("--on", metavar="DATE", help="the day of the decision; today if not given")
    back = add(
        commands,
        "send-back",
        "send a record back to the person who entered it, or accept the correction",
        "review.deciding:send_back",
    )
    back.add_argument("id", metavar="ID", help="the record")
    what = back.add_mutually_exclusive_group(required=True)
    what.add_argument("--reason", metavar="TEXT", help="what is to be corrected")
    what.add_argument("--accept", action="store_true", help="accept the record as it is now")
    what.add_argument(
        "--corrected",
        metavar="TEXT",
        help="for the person who entered it: what was done, if no field had to be changed",
    )


def add_reconcile(commands: Subparsers) -> None:
    """Add the command that compares a portal's list."""
    reconcile = add(
        commands,
        "reconcile",
        "compare a portal's list with the records here",
        "review.reconciling:compare",
    )
    reconcile.add_argument(
        "what", metavar="KIND", help="what the list holds: beneficiary, toolkit ..."
    )
    reconcile.add_argument("file", metavar="FILE")
    reconcile.add_argument(
        "--as-of",
        default="",
        metavar="DATE",
        help="the day the portal wrote the list; today if not given",
    )
    for option, help_text in (
        ("--accept", "take the portal's values of this field, or of all; may be repeated"),
        ("--keep", "keep the value here of this field, or of all; may be repeated"),
    ):
        reconcile.add_argument(
            option, action="append", default=[], metavar="FIELD|all", help=help_text
        )
    reconcile.add_argument(
        "--same",
        action="append",
        default=[],
        metavar="ROW=ID|none",
        help="which record an uncertain row of the list means; may be repeated",
    )
    reconcile.add_argument(
        "--create", action="store_true", help="make the records that only the portal has"
    )
    reconcile.add_argument(
        "--dry-run", action="store_true", help="show what would change, save nothing"
    )
    reconcile.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write what is left, as CSV or XLSX"
    )
    add_columns(reconcile)
    add_json(reconcile)
