"""The commands of the command line: one module per subject, one function per command."""

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
def open_store() -> Iterator[Store]:
    """Open this installation's store for the duration of one command."""
    store = Store.open(home_folder())
    try:
        yield store
    finally:
        store.close()


def operator_of(store: Store) -> str:
    """Return the operator in whose name commands make changes: the last one at this laptop."""
    operators = store.operators()
    return operators[0] if operators else ""


def known_kind(name: str) -> type[Record]:
    """Return the kind of this name.

    Raises:
        Unusable: there is none.
    """
    found = kinds().get(name)
    if found is None:
        raise Unusable(f"There is no kind {name!r}. Choose one of: {', '.join(kinds())}.")
    return found


def in_words(field: Field | None, value: Json) -> str:
    """Return a value as people read it; unchanged if the field is unknown or cannot hold it."""
    try:
        return field.format.show(field.format.read(value)) if field else str(value)
    except Unfit:
        return str(value)


def say(sentence: str = "") -> None:
    """Print a line of text, with control characters made harmless."""
    sys.stdout.write(f"{shown(sentence)}\n")


def say_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Print a value as JSON in plain ASCII, safe for every pipe and terminal."""
    json.dump(value, sys.stdout, indent=2)
    sys.stdout.write("\n")
