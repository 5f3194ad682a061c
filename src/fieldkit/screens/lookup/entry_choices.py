"""What an operator chose for their forms: the values kept for the next record, the way
of Enter, whether full fields are left by themselves.

It stands in a small file in the home folder, by operator and kind. A file that cannot be read
counts as empty. These functions run in a thread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from fieldkit.store import Notes

FILE = "entry.json"
GOES_ON = {True: "Full fields go on by themselves", False: "Full fields wait for Enter"}
NEEDED_ONLY = {
    False: "Enter goes to every empty field",
    True: "Enter goes to only what is needed now",
}
"""What the menu calls the choices."""
Texts: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EntryChoices:
    """The choices of one operator."""

    needed_only: bool = False
    """Whether Enter passes over what is not needed yet."""
    goes_on: bool = False
    """Whether a field that is full is left by itself."""
    kept: Mapping[str, Texts] = field(default_factory=dict)
    """By kind: the fields that the next record begins with, as one would type them."""

    def keeping(self, kind: str, texts: Texts) -> EntryChoices:
        """Return the choices with other texts kept for records of a kind."""
        return replace(self, kept={**self.kept, kind: dict(texts)})


def read_choices(notes: Notes, operator: str) -> EntryChoices:
    """Return what an operator chose."""
    own = _read(notes).get(operator)
    if not isinstance(own, dict):
        return EntryChoices()
    kept = own.get("kept")
    return EntryChoices(
        own.get("needed_only") is True,
        own.get("goes_on") is True,
        {str(kind): _texts(texts) for kind, texts in kept.items()}
        if isinstance(kept, dict)
        else {},
    )


def write_choices(notes: Notes, operator: str, choices: EntryChoices) -> None:
    """Keep what an operator chose; the choices of others stay.

    Raises:
        OSError: it cannot be written.
    """
    kept = {kind: dict(texts) for kind, texts in choices.kept.items() if texts}
    own = {"needed_only": choices.needed_only, "goes_on": choices.goes_on, "kept": kept}
    whole = {**_read(notes), operator: own}
    notes.write(FILE, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")


def _texts(found: object) -> Texts:
    if not isinstance(found, dict):
        return {}
    return {str(name): text for name, text in found.items() if isinstance(text, str)}


def _read(notes: Notes) -> dict[str, object]:
    try:
        whole = json.loads(notes.read(FILE) or "{}")
    except ValueError:
        return {}
    return whole if isinstance(whole, dict) else {}
