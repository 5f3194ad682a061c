"""Arguments of the commands about figures."""

from __future__ import annotations

from pathlib import Path

from fieldkit.arguments.parts import (
    Subparsers,
    add,
    add_group,
    add_json,
    add_output,
    add_report,
    count,
    whole,
)


def add_reports(commands: Subparsers) -> None:
    """Add the commands about figures."""
    report = add(commands, "report", "list the reports, or print one", "reports.report:report")
    add_report(report)
    due = add(commands, "due", "list what is due, the longest waiting first", "reports.report:due")
    due.add_argument("--district", type=whole, metavar="N", help="LGD code")
    due.add_argument("--block", type=whole, metavar="N", help="LGD code")
    due.add_argument("--kind", metavar="KIND", help="only what follows from records of this kind")
    due.add_argument("--limit", type=count, metavar="N")
    add_json(due)

    target = add_group(commands, "target", "targets, allotments and published figures")
    actions = target.add_subparsers(title="actions", metavar="ACTION", required=True)
    load = add(actions, "import", "load targets from a file", "reports.targets:load")
    load.add_argument("file", nargs="?", type=Path, help="without it: the published figures")
    add_json(load)
    add_json(add(actions, "list", "list the targets", "reports.targets:listing"))

    snapshot = add_group(commands, "snapshot", "reports kept as they were on a day")
    actions = snapshot.add_subparsers(title="actions", metavar="ACTION", required=True)
    take = add(actions, "take", "keep a report as it is", "reports.targets:take")
    take.add_argument("--name", dest="called", metavar="NAME", help="what to call it")
    add_report(take, "NAME")
    add_json(add(actions, "list", "list the snapshots", "reports.targets:snapshots"))
    show = add(actions, "show", "print a snapshot", "reports.targets:show")
    show.add_argument("name", metavar="NAME")
    add_output(show)
