"""Names as registers write them: "Zooni Begum W/o Abdul Ahad"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fieldkit.records import Value
from fieldkit.records.fields.formats import PersonName

_PREFIX = re.compile(
    r"(?i)^\s*(?:(?P<code>[sdwhc])\s*[/.\\]?\s*o\b|(?P<word>son|daughter|wife|husband|care)\s+of\b"
    r"|(?P<hindi>पुत्री|पुत्र|पत्नी))\s*[:.\-–]*\s*"
)
_WITHIN_NAME = re.compile(
    r"(?i)^(.{2,}?)[\s,]+(?=[sdwc]\s*[/\\]\s*o\b|(?:son|daughter|wife)\s+of\b)"
)
_RELATIONS = {
    "s": "SO",
    "d": "DO",
    "w": "WO",
    "c": "CO",
    "son": "SO",
    "daughter": "DO",
    "wife": "WO",
    "care": "CO",
    "पुत्र": "SO",
    "पुत्री": "DO",
    "पत्नी": "WO",
}


def relative(text: str) -> Mapping[str, Value]:
    """Read a relative's name, with or without ``S/o`` in front, into relation and relation_name.

    Raises:
        Unfit: it is no name.
    """
    found = _PREFIX.match(text)
    if not found:
        return {"relation_name": _name(text)}
    word = next(group for group in found.groups() if group).casefold()
    relation = _RELATIONS.get(word)
    rest = text[found.end() :]
    name = {"relation_name": _name(rest)} if rest.strip() else {}
    return {**({"relation": relation} if relation else {}), **name}


def name_and_relative(text: str) -> Mapping[str, Value]:
    """Read a name, and the ``S/o Abdul Ahad`` that some registers write after it.

    Raises:
        Unfit: it is no name.
    """
    found = _WITHIN_NAME.match(text)
    if not found:
        return {"name": _name(text)}
    return {"name": _name(found[1].strip(" ,")), **relative(text[found.end() :])}


def _name(text: str) -> Value:
    return PersonName().parse(text)
