"""Lines out and lines in: no cursor is moved and nothing is coloured."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import TextIOWrapper
from typing import TypeVar

from fieldkit.commands import say

T = TypeVar("T")
_LONGEST = 60_000
"""Characters that are read of one line; the rest of a longer one is passed over."""


class Closed(Exception):
    """No more lines come: the input has ended, or the person stopped with Ctrl+C."""


def prepare() -> None:
    """Read UTF-8 on every system, what is none as replaced characters: no byte stops questions."""
    if isinstance(sys.stdin, TextIOWrapper):
        with suppress(ValueError, OSError):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")


def ask(*lines: str) -> str:
    """Print lines, then return the next line typed, without the space around it.

    Raises:
        Closed: no line comes.
    """
    say_all(lines)
    sys.stdout.flush()
    try:
        line = sys.stdin.readline(_LONGEST)
        rest = line
        while rest and not rest.endswith("\n"):
            rest = sys.stdin.readline(_LONGEST)
    except KeyboardInterrupt:
        raise Closed from None
    if not line:
        raise Closed
    return line.strip()


def say_all(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        say(line)


def agreed(question: str) -> bool:
    """Ask until the answer is yes or no.

    Raises:
        Closed: no line comes.
    """
    return chosen(question, {"y": True, "yes": True, "n": False, "no": False}, "Type y or n.")


def chosen(question: str, answers: Mapping[str, T], again: str) -> T:
    """Ask until one of the answers is typed; ``again`` says what can be typed."""
    typed = ask(question).casefold()
    while typed not in answers:
        typed = ask(again).casefold()
    return answers[typed]
