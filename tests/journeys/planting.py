"""Puts a word of its own into every text field of a saved record of every kind."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from fieldkit.records import Choice, Format, Record, Reference, Unfit, Value, kinds
from fieldkit.store import Edit, Refused, Saved, Store

OF_THE_ROW = {"id", "created_by"}
"""What the program itself writes into a row."""
ALSO = {"story": "beneficiary_id", "support": "beneficiary_id", "target": "notes"}
"""A field that a rule asks for in kinds of which a sample has no record."""


@dataclass
class Planted:
    """A word for a field, and the records that may take it."""

    kind: type[Record]
    field: str
    word: str
    records: list[str]

    def edit(self, turn: int) -> Edit:
        return Edit(self.kind, {self.field: self.word}, self.records[turn % len(self.records)])


def plant(store: Store, sample: Path, stem: str) -> dict[str, str]:
    """Return the words by kind and field; all of them are saved.

    Some fields apply to some records only, so each word is tried on one record after the other.
    """
    held = {kind: _records(store, sample, kind, stem) for kind in kinds()}
    number = count()
    everywhere = [
        Planted(kind, name, word, held[kind.kind()])
        for kind in kinds().values()
        for name, one in kind.fields().items()
        if name not in OF_THE_ROW and (word := _word(one.format, stem, next(number)))
    ]
    left = everywhere
    for turn in range(max(map(len, held.values()))):
        results = store.load([one.edit(turn) for one in left], stem)
        left = [one for one, got in zip(left, results, strict=True) if isinstance(got, Refused)]
        if not left:
            break
    assert not left
    return {f"{one.kind.kind()}.{one.field}": one.word for one in everywhere}


def _records(store: Store, sample: Path, kind: str, stem: str) -> list[str]:
    """Return the records of a kind in the sample; make one of a kind that it does not have."""
    if found := _numbers(sample, kind):
        return found
    values = {
        name: _fit(one.format, sample, stem)
        for name, one in kinds()[kind].fields().items()
        if one.required or name == ALSO.get(kind)
    }
    (saved,) = store.load([Edit(kinds()[kind], values)], stem)
    assert isinstance(saved, Saved), (kind, saved)
    return [saved.id]


def _numbers(sample: Path, kind: str) -> list[str]:
    path = sample / f"{kind}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [str(json.loads(line)["id"]) for line in lines]


def _fit(form: Format[Value], sample: Path, stem: str) -> Value:
    """Return a value that a format accepts."""
    if isinstance(form, Choice):
        return form.options()[0].code
    if isinstance(form, Reference):
        return _numbers(sample, form.kinds[0])[0]
    for typed in (stem, "1", "4-2026"):
        try:
            return form.parse(typed)
        except Unfit:
            continue
    raise AssertionError(form)


def _word(form: Format[Value], stem: str, number: int) -> str:
    """Return a word of its own for a field, as the field keeps it; empty where it takes no text."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")
    try:
        kept = form.parse(f"{stem} {letters}")
    except Unfit:
        return ""
    return kept if isinstance(kept, str) else ""
