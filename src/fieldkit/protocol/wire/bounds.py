"""Bounds on what a JSON text builds, counted before anything is built.

A value takes up to sixty times the bytes of its text, and compression makes its text a thousandth
of that. So a few kilobytes could fill the memory of a server that parses first and counts later.
"""

from __future__ import annotations

import re

from fieldkit.protocol.limits import DEEPEST_NESTING
from fieldkit.protocol.wire.errors import TooLarge, Unreadable

DEEPEST_MESSAGE = DEEPEST_NESTING + 14
"""Most levels of lists and objects in a message: those of a value, and those it is packed in."""
_MARKS = b'"[]{},'
_OTHERS = bytes(set(range(256)) - set(_MARKS))
_AS_LISTS = bytes.maketrans(b"{}", b"[]")
_TEXT_WITH_MARKS = re.compile(rb'"[^"]*"')


def check_structure(plain: bytes, most_values: int) -> None:
    """Check the number of values in a JSON text, and how deep they are nested.

    Lists, objects, their items and their members count. Of text that is not JSON, at least what
    comes before the fault counts, so that a parser builds no more than that.

    Raises:
        TooLarge: there are more than ``most_values``.
        Unreadable: they are nested deeper than in any message.
    """
    marks = _structure(plain)
    if marks.count(b"[") + marks.count(b"{") + marks.count(b",") > most_values:
        raise TooLarge("This message has too many values.")
    brackets = marks.translate(_AS_LISTS, b",")
    for _ in range(DEEPEST_MESSAGE):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise Unreadable("This message is nested too deep.")


def _structure(plain: bytes) -> bytes:
    """Return the brackets and commas outside of texts.

    Every step is one pass in C, because all messages go through here.
    """
    if b"\\" in plain:
        plain = plain.replace(b"\\\\", b"").replace(b'\\"', b"")
    # What is left of most texts are their two quotation marks. Removing any two neighbours leaves
    # the same marks within and outside of texts.
    marks = plain.translate(None, _OTHERS).replace(b'""', b"")
    return _TEXT_WITH_MARKS.sub(b"", marks) if b'"' in marks else marks
