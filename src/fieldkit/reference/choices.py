"""Entries of closed lists, and which of them a typed text could mean."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

UNCONFIRMED = "(not an official wording)"
MARK_BEFORE = "(name unconfirmed)"
"""What the mark was when some files were exported: their names are still read."""


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list. ``code`` is the stored value: an int for LGD places, else text."""

    code: str | int
    label: str
    confirmed: bool = True
    """False if the source infers it or it is general knowledge; never shown as official."""
    within: str | int | None = None
    """The code of its container: the district of a block, the trade of a toolkit."""
    also: tuple[str, ...] = ()
    """Other names; matched when typed but never shown, as some are unconfirmed."""

    @property
    def marked_label(self) -> str:
        """The label, with a mark if it is unconfirmed."""
        marked = self.confirmed or self.label.endswith(UNCONFIRMED)
        return self.label if marked else f"{self.label} {UNCONFIRMED}"


def matching(options: Iterable[Option], typed: str) -> tuple[Option, ...]:
    """Return the options ``typed`` could mean, the best first; all of them for an empty text.

    In this order: the code or a whole name equals it; the label begins with it; its words begin
    words of the label; its words begin words of another name. Case, accents and punctuation are
    ignored.
    """
    text = fold(typed)
    if not text:
        return tuple(options)
    ranked: tuple[list[Option], ...] = ([], [], [], [])
    for option in options:
        rank = _rank(option, text)
        if rank is not None:
            ranked[rank].append(option)
    return tuple(option for rank in ranked for option in rank)


def exact(options: Iterable[Option], typed: str) -> Option | None:
    """Return the option whose code, label or other name, in this order, is ``typed``.

    None if there is none, or if two share that name (blocks of one name in two districts).
    """
    text = fold(typed)
    if not text:
        return None
    entries = tuple(options)
    for same in (_is_code, _is_label, _is_other_name):
        found = [option for option in entries if same(option, text)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return ``text`` as words for comparison: no case, accents or punctuation; "&" is "and"."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    kept = (
        character if unicodedata.category(character)[0] in "LNM" else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    return " ".join("".join(kept).split())


def _rank(option: Option, text: str) -> int | None:
    if _is_code(option, text) or _is_label(option, text) or _is_other_name(option, text):
        return 0
    label = fold(option.label)
    if label.startswith(text) or _begins_code(option, text):
        return 1
    if _begin_words(text, label):
        return 2
    return 3 if any(_begin_words(text, fold(name)) for name in option.also) else None


def _begin_words(text: str, name: str) -> bool:
    words = name.split()
    return all(any(word.startswith(part) for word in words) for part in text.split())


def _begins_code(option: Option, text: str) -> bool:
    return isinstance(option.code, str) and fold(option.code).startswith(text)


def _is_code(option: Option, text: str) -> bool:
    code = option.code
    return fold(code if isinstance(code, str) else str(code)).replace(" ", "") == text.replace(
        " ", ""
    )


def _is_label(option: Option, text: str) -> bool:
    return fold(option.label) == text


def _is_other_name(option: Option, text: str) -> bool:
    return any(fold(name) == text for name in option.also)
