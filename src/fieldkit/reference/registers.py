"""Words that registers use for entries of a list."""

from __future__ import annotations

from functools import cache

from fieldkit.reference.choices import Option
from fieldkit.reference.lists import option
from fieldkit.reference.tables import rows


def entry_written(list_name: str, text: str) -> Option | None:
    """Return the entry that registers write as ``text`` (folded), beside the names in the list."""
    code = _entry_words().get((list_name, text))
    return option(list_name, code) if code else None


@cache
def _entry_words() -> dict[tuple[str, str], str]:
    return {(row["list"], row["written"]): row["code"] for row in rows("entry_words")}
