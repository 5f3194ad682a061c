"""Tell a scanner's keys from a person's, by what they are: nobody types 25 digits in a row.

A scanner sends thousands of keys, one a millisecond, and Enter at the end. From the moment they are
known for what they are, they are gathered here and reach no field.
"""

from __future__ import annotations

LONGEST = 7_089
"""Digits that the largest QR code holds."""
_DIGITS = 25
"""Digits in a row that no field takes: the longest number, of an account, has 18."""
_AFTER = "?P"
"""What follows the bracket with which the older code begins."""
_MOST = LONGEST + 1
_PAUSE = 0.15
"""Seconds that no scanner leaves between two keys."""
_STOPPED = 2.0
"""Seconds without a key after which a scan is over."""


class ScanKeys:
    """The keys of one box: those of a scan are gathered until its end."""

    def __init__(self) -> None:
        self._run: list[str] = []
        self.gathered = 0
        """How many characters of scans came so far, those beyond the longest code included."""
        self.active = False
        """Whether a scan is being typed."""
        self.text = ""
        """The scan that ended last, until it is taken."""

    def starts(self, character: str) -> bool:
        """Say whether a character may be a scan's first: what the box holds is to be kept."""
        return not self.active and (not self._run or self._run[0].isdigit() != character.isdigit())

    def take(self) -> str:
        """Return the scan that ended, and forget it."""
        text, self.text = self.text, ""
        return text

    def pause(self, seconds: float) -> None:
        """Take note of a pause before a key: what was typed before it is no part of a scan.

        A scan that stopped without its Enter is dropped, so that the key is a person's again.
        """
        if seconds > (_STOPPED if self.active else _PAUSE):
            self._run.clear()
            self.active = False

    def add(self, character: str) -> bool:
        """Take note of a character; say whether it is a scan's and is not for the box."""
        if self.active:
            self.gathered += 1
            if len(self._run) < _MOST:
                self._run.append(character)
            return True
        digit = character.isascii() and character.isdigit()
        if digit or character == "<":
            if self.starts(character) or not digit:
                self._run.clear()
            self._run.append(character)
            self.active = len(self._run) >= _DIGITS
        elif self._run == ["<"] and character in _AFTER:
            self._run.append(character)
            self.active = True
        else:
            self._run.clear()
        return self.active

    def end(self, *, enter: bool = True) -> bool:
        """Take note of a key that types nothing; say whether a scan has ended.

        ``enter``: it is Enter, which also stands between the lines of the older code.
        """
        if not self.active:
            self._run.clear()
            return False
        text = "".join(self._run)
        if enter and text.startswith("<") and not _whole(text):
            self.add(" ")
            return False
        self.text, self.active = text, False
        self._run.clear()
        return True


def looks_scanned(text: str) -> bool:
    """Say whether a pasted text is a scan."""
    found = text.strip()
    return found.startswith(("<?xml", "<PrintLetter")) or (
        len(found) >= _DIGITS and found.isascii() and found.isdigit()
    )


def _whole(text: str) -> bool:
    return "<Print" in text and text.rstrip().endswith(">")
