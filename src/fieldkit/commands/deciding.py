"""Send a record back, accept it, decide on it."""

from __future__ import annotations

from argparse import Namespace

from fieldkit.cli import DONE
from fieldkit.commands import known_record, open_store, operator_of, say


def send_back(args: Namespace) -> int:
    """Send a record back with a reason, or accept it as it now stands."""
    with open_store() as store:
        record = known_record(store, args.id)
        operator = operator_of(store)
        if args.accept:
            store.accept(record.id, operator)
            say(f"Accepted: {record.label()}, {record.id}.")
        elif args.corrected:
            store.mark_corrected(record.id, args.corrected, operator)
            say(f"Said to be corrected: {record.label()}, {record.id}.")
        else:
            store.send_back(record.id, args.reason, operator)
            say(f"Sent back: {record.label()}, {record.id}. Who entered it sees why after a sync.")
    return DONE
