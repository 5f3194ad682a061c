"""What each command of the command line does."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from fieldkit.cli import Unusable
from fieldkit.plain_text import shown
from fieldkit.protocol.change import Json
from fieldkit.records import Field, Record, Unfit, kinds
from fieldkit.settings import home_folder
from fieldkit.store import Store


@contextmanager
def opened() -> Iterator[Store]:
    """Open this installation's store for one command."""
    store = Store.open(home_folder())
    try:
        yield store
    finally:
        store.close()


def at_work(store: Store) -> str:
    """Return who is at work at this laptop, for changes made by commands."""
    operators = store.operators()
    return operators[0] if operators else ""


def known_kind(name: str) -> type[Record]:
    """Return the kind of this name; refuses one that is none."""
    found = kinds().get(name)
    if found is None:
        raise Unusable(f"There is no kind {name!r}. The kinds: {', '.join(kinds())}.")
    return found


def in_words(field: Field | None, value: Json) -> str:
    """Return a value as people read it; of a field not known here, and what it cannot be, as is."""
    try:
        return field.format.show(field.format.read(value)) if field else str(value)
    except Unfit:
        return str(value)


def say(sentence: str = "") -> None:
    """Print a line of text; control characters in it never reach the terminal."""
    sys.stdout.write(f"{shown(sentence)}\n")


def say_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print a value as JSON, alone on standard output.

    Plain ASCII: it comes through every pipe unharmed, and a terminal obeys nothing in it.
    """
    json.dump(value, sys.stdout, indent=2)
    sys.stdout.write("\n")
