"""How a half-typed name may go on: with the commonest word of the area that begins so.

Pure. It is shown behind the cursor and is no part of the text until it is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NameWords:
    """The words of which names of the area are made, the commonest first."""

    given: Sequence[str] = ()
    """First words."""
    family: Sequence[str] = ()
    """Words behind the first."""
    _found: dict[str, str] = field(default_factory=dict)
    """The words found so far, by what was typed."""

    def rest_of(self, typed: str, family_name: str = "") -> str:
        """Return what may follow the text of a name; empty: nothing is known.

        ``family_name``: likely behind the first word. A first word comes with the space behind it.
        """
        before, _, word = typed.rpartition(" ")
        if not before.strip():
            found = self._commonest(word, first=True)
            return f"{found[len(word) :]} " if found else ""
        if family_name and _begins(family_name, word) and family_name not in before.split():
            return family_name[len(word) :]
        found = self._commonest(word, first=False)
        return found[len(word) :]

    def _commonest(self, word: str, *, first: bool) -> str:
        """Return the commonest longer word that begins with ``word``."""
        if not word:
            return ""
        key = f"{first} {word}"
        if key not in self._found:
            among = self.given if first else self.family
            self._found[key] = next((one for one in among if _begins(one, word)), "")
        return self._found[key]


def _begins(longer: str, word: str) -> bool:
    return len(longer) > len(word) and longer[: len(word)].casefold() == word.casefold()
