"""The command that lists what waits for a decision."""

from __future__ import annotations

from argparse import Namespace

from fieldkit.cli import DONE
from fieldkit.commands import open_store, say, say_json
from fieldkit.records.fields.formats import Moment
from fieldkit.review.inbox import SECTIONS, Item, Wanted, items, sections, waiting


def review(args: Namespace) -> int:
    """List what waits for a decision, section by section, the longest waiting first."""
    with open_store() as store:
        shown = [one for one in SECTIONS if one.key == args.kind] or sections(store)
        wanted = Wanted()
        found = [
            one
            for section in shown
            for one in items(store, section, wanted, limit=len(waiting(store, section, wanted)))
        ]
    if args.json:
        say_json([_json(one) for one in found])
        return DONE
    for section in shown:
        inside = [one for one in found if one.section == section]
        if inside:
            say(f"{section.title}: {len(inside)}")
        for one in inside:
            say(f"  {one.record_id:16}{one.label}, {one.area}, since {Moment().show(one.since)}")
            say(f"  {'':16}{one.sentence}")
    if not found:
        say("Nothing waits for a decision.")
    return DONE


def _json(one: Item) -> dict[str, object]:
    return {
        "section": one.section.key,
        "kind": one.kind,
        "record": one.record_id,
        "label": one.label,
        "area": one.area,
        "since": one.since,
        "sentence": one.sentence,
        "related": list(one.related),
    }
