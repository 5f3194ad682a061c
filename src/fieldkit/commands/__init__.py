"""The commands of the command line: one module per subject, one function per command."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from fieldkit.cli import Unusable
from fieldkit.plain_text import shown
from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import read_id
from fieldkit.records import Field, Record, Unfit, Value, kinds
from fieldkit.settings import home_folder, is_locked
from fieldkit.store import Store, StoreError


@contextmanager
def open_store() -> Iterator[Store]:
    """Open this installation's store for the duration of one command.

    If it is encrypted, a passphrase is asked for; commands then work in the name of its operator.
    """
    home = home_folder()
    operator, key = _unlocked(home)
    store = Store.open(home, key=key)
    try:
        if operator and operator_of(store) != operator:
            with suppress(StoreError):  # what only reads works on a full disk too
                store.use_operator(operator)
        yield store
    finally:
        store.close()


def _unlocked(home: Path) -> tuple[str, bytes | None]:
    if not is_locked(home):
        return "", None
    from fieldkit.commands.protection.asking import unlocked

    return unlocked(home) or ("", None)


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


def known_record(store: Store, number: str) -> Record:
    """Return the record of a number as a person writes it.

    Raises:
        Unusable: it is no number, or not here.
    """
    if read_id(number) is None:
        raise Unusable("A record number looks like 7KQ2M9XD-142.")
    record = store.record(number)
    if record is None:
        raise Unusable(
            f"There is no record {number} on this laptop. Check the number, or sync first."
        )
    return record


class Condition(NamedTuple):
    """FIELD=VALUE as it was given, and the value it stands for."""

    field: str
    text: str
    value: Value


def condition_of(kind: type[Record], given: str) -> Condition:
    """Return the condition that FIELD=VALUE means.

    Raises:
        Unusable: there is no such field, or the value does not fit.
    """
    field, equals, text = given.partition("=")
    if not equals or field not in kind.fields():
        raise Unusable(f"{given!r} is not FIELD=VALUE with a field of {kind.kind()}.")
    try:
        value = kind.fields()[field].format.parse(text, confirmed=True)
    except Unfit:
        raise Unusable(
            f"{text!r} does not fit {field}: `fieldkit kinds --json` lists what fits."
        ) from None
    return Condition(field, text, value)


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
