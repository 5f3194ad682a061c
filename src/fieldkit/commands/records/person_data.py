"""The command that writes all that is held about one person."""

from __future__ import annotations

from argparse import Namespace

from fieldkit.cli import IN_PART, Unusable, print_error
from fieldkit.commands import known_record, open_store
from fieldkit.commands.records.printing import put_page
from fieldkit.sync.requests.person_data import page_about


def person_data(args: Namespace) -> int:
    """Write what is held about a person; what the server adds, if it can be reached."""
    with open_store() as store:
        record = known_record(store, args.id)
        if not record.person:
            raise Unusable(f"{record.title} {record.id} is not a person.")
        page, why_not = page_about(store, record)
        done = put_page(page, args, store, "person-data")
    if why_not:
        print_error(f"Not all could be asked of the server: {why_not}")
        return done or IN_PART
    return done
