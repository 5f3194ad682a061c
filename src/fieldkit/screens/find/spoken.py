"""What was typed into a search, taken apart: name, kin, mobile, last four digits. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from fieldkit.plain_text import plain
from fieldkit.search.query import RELATION

_NUMBER = re.compile(r"(?<!\w)\+?\d[\d\s-]*(?!\w)")
_MOBILE = re.compile(r"(?:91|0)?([6-9]\d{9})")
_LAST_FOUR = 4


class Spoken(NamedTuple):
    """The parts of what was typed; empty: not typed."""

    name: str = ""
    relation: str = ""
    """The letter of s/o, d/o or w/o."""
    kin: str = ""
    mobile: str = ""
    last_four: str = ""

    @property
    def last_words(self) -> Sequence[str]:
        """The words among which a village may stand at the end."""
        return (self.kin or self.name).split()


def spoken(typed: str, place: str = "") -> Spoken:
    """Take a search apart; ``place``: words at the end of the names that are no name.

    Beside a whole mobile, four digits are the end of the Aadhaar number; other numbers were typed
    to search, and are left out.
    """
    text = plain(typed)
    mobile, last_four = _numbers(" ".join(_NUMBER.findall(text)))
    words = " ".join(word for word in text.split() if not any(map(str.isdigit, word)))
    marked = RELATION.search(words)
    if marked is None or not words[: marked.start()].strip():
        return Spoken(_named(words, place), "", "", mobile, last_four)
    name, kin = words[: marked.start()], words[marked.end() :]
    if not kin.strip():
        return Spoken(_named(name), marked[1].lower(), "", mobile, last_four)
    return Spoken(_named(name), marked[1].lower(), _named(kin, place), mobile, last_four)


def _numbers(typed: str) -> tuple[str, str]:
    """Return the mobile and the four digits beside it, among groups of digits."""
    groups = typed.replace("+", " ").replace("-", " ").split()
    for start in range(len(groups)):
        for end in range(start + 1, len(groups) + 1):
            if found := _MOBILE.fullmatch("".join(groups[start:end])):
                rest = [*groups[:start], *groups[end:]]
                four = rest[0] if len(rest) == 1 and len(rest[0]) == _LAST_FOUR else ""
                return found[1], four
    return "", ""


def _named(words: str, place: str = "") -> str:
    name = " ".join(words.split())
    if place and name.casefold().endswith(f" {place.casefold()}"):
        name = name[: -len(place) - 1]
    return name.title() if name.islower() or name.isupper() else name
