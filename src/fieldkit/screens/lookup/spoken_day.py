"""Days as people say them at the counter: yesterday, -3, 5 days ago, monday.

Pure. Only what is typed on a page is read so: in a file, a word like "yesterday" says nothing of
the day it was written on.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_BACK = re.compile(r"-\s?(\d{1,3})|(\d{1,3})\s?d(?:ays?)?\s?(?:ago|back)")
_WORDS = {"today": 0, "tod": 0, "yesterday": 1, "yes": 1, "yest": 1, "day before yesterday": 2}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORTEST = 3


def spoken_day(text: str, today: date) -> date | None:
    """Return the day that a text says; None if it is written as a date, or says none.

    A day of the week is the last one before today.
    """
    said = " ".join(text.casefold().split())
    if said in _WORDS:
        return today - timedelta(days=_WORDS[said])
    if found := _BACK.fullmatch(said):
        return today - timedelta(days=int(found[1] or found[2]))
    if len(said) >= _SHORTEST:
        for number, name in enumerate(_WEEKDAYS):
            if name.startswith(said):
                return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    return None
