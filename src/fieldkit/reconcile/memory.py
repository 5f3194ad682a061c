"""What was decided about a portal's lists on this laptop, so that nobody is asked again.

A value that was kept is remembered by record, field and the portal's value; whom a row means, by
all that the row says. Only hashes are kept, in the home folder; nothing of it is synced.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256

from fieldkit.day.kept import Note, keep_note, read_note
from fieldkit.protocol.change import Json
from fieldkit.reconcile.compare import Difference, folded
from fieldkit.reconcile.rows import Row, plain
from fieldkit.store import Notes, StoreError, to_json

_FILE = "portal-lists"
_KEPT, _MEANT = "kept", "meant"
NOBODY = ""
"""Remembered of a row that means no record here."""


class Memory:
    """The decisions of this laptop."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        note = read_note(notes, _FILE)
        kept, meant = note.get(_KEPT), note.get(_MEANT)
        self._kept = dict.fromkeys(str(one) for one in kept) if isinstance(kept, list) else {}
        self._meant = (
            {key: one for key, one in meant.items() if isinstance(one, str)}
            if isinstance(meant, dict)
            else {}
        )

    def is_kept(self, record: str, one: Difference) -> bool:
        """Say whether the value here was kept against this value of the portal."""
        return _of_value(record, one) in self._kept

    def keep(self, decided: Iterable[tuple[str, Difference]], *, on: bool = True) -> None:
        """Remember that the values in these records are kept; ``on`` False: no longer.

        Raises:
            StoreError: it cannot be kept.
        """
        for record, one in decided:
            if on:
                self._kept[_of_value(record, one)] = None
            else:
                self._kept.pop(_of_value(record, one), None)
        self._write()

    def meant(self, kind: str, row: Row) -> str | None:
        """Return whom a row means: a record, nobody, or None: it was not decided."""
        return self._meant.get(_of_row(kind, row))

    def mean(self, kind: str, meant: Iterable[tuple[Row, str]]) -> None:
        """Remember which records rows mean.

        Raises:
            StoreError: it cannot be kept.
        """
        self._meant |= {_of_row(kind, row): record for row, record in meant}
        self._write()

    def forget(self, kind: str, row: Row) -> None:
        """Ask again whom a row means.

        Raises:
            StoreError: it cannot be kept.
        """
        if self._meant.pop(_of_row(kind, row), None) is not None:
            self._write()

    def _write(self) -> None:
        kept: list[Note] = [*self._kept]
        meant: dict[str, Note] = {**self._meant}
        try:
            keep_note(self._notes, _FILE, {_KEPT: kept, _MEANT: meant})
        except OSError as error:
            raise StoreError(
                "Nothing was changed: the folder of fieldkit cannot be written, so that the "
                "decision could not be remembered."
            ) from error


def _of_value(record: str, one: Difference) -> str:
    value = to_json(one.portal)
    return _hash([record, one.field, folded(value) if isinstance(value, str) else value])


def _of_row(kind: str, row: Row) -> str:
    about: dict[str, Json] = {person: plain(values) for person, values in row.about.items()}
    return _hash([kind, plain(row.values), about])


def _hash(what: Json) -> str:
    text = json.dumps(what, ensure_ascii=False, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:32]
