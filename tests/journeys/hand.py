"""A person at a real terminal: types at the application in a pty and reads its screen."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.terminal import Terminal
from tests.forked import command

from fieldkit.screens.look.glyphs import CURSOR

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pgdn": "\x1b[6~",
    "end": "\x1b[F",
    "f1": "\x1bOP",
    "f5": "\x1b[15~",
    **{f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "cnopqstuz"},
}
_KEYS = re.compile(r"  (Enter|Esc|F\d|PgUp|PgDn|[↑↓←→]+|Ctrl\+.|Tab|Space|Delete|Any|.) \S|  Esc")
AS_TYPED = 0.003
"""Seconds between the keys of someone who looks at the screen after each step."""
AT_ONCE = 0.001
PROGRAM = (sys.executable, "-m", "fieldkit")


def keys(words: str) -> Iterator[str]:
    """Yield key by key what a terminal sends; names of keys stand in angle brackets."""
    for part in re.findall(r"<[a-z0-9+]+>|.", words, re.DOTALL):
        yield KEYS[part[1:-1]] if len(part) > 1 else part


def pasted(text: str) -> str:
    """Return what a terminal sends when ``text`` is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


class Hand(Terminal):
    """The application on a home, and someone at it."""

    def __init__(
        self,
        home: Path,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        command: tuple[str, ...] = PROGRAM,
    ) -> None:
        known = {"FIELDKIT_HOME": str(home), **(environment or {})}
        super().__init__(command, known, columns, rows)

    @property
    def screen(self) -> str:
        """Return the screen as one text."""
        return "\n".join(self.lines)

    def see(self, *words: str, seconds: float = 10) -> None:
        """Wait until all the words stand on the screen; "> Born": on the row with the cursor."""
        self.until(lambda _: all(map(self._shows, words)), seconds)

    def _shows(self, words: str) -> bool:
        if not words.startswith("> "):
            return words in self.screen
        rows = (line[1:] for line in self.lines[1:] if line.startswith((CURSOR, ">")))
        return any(row.lstrip().startswith(words[2:]) for row in rows)

    def see_frame(self) -> None:
        """Wait until bar and keys stand where they belong: nothing has moved or broken them."""
        self.until(lambda _: self._framed, 10)

    @property
    def _framed(self) -> bool:
        bar, *body, keys = self.lines
        sign = bar[:1]
        return sign in (CURSOR, ">") and bool(keys.strip()) and body.count(bar) == 0

    def see_no(self, words: str) -> None:
        """Wait until the words are gone."""
        self.until(lambda _: words not in self.screen)

    def do(self, words: str, *shown: str) -> None:
        """Type, then wait until the screen shows what was expected of it."""
        self.stream(keys(words), AS_TYPED)
        self.see(*shown)

    def paste(self, text: str, *shown: str) -> None:
        """Paste, then wait."""
        self.press(pasted(text))
        self.see(*shown)

    def quit(self) -> None:
        """Leave as people do; what ends in a fault fails."""
        self.stream(keys("<ctrl+q>"), AS_TYPED)
        code = self.left()
        assert code == 0, self.screen


def run(home: Path, *arguments: str | Path, code: int = 0) -> str:
    """Run a command beside the application and return what it printed."""
    done = command(home, *map(str, arguments))
    assert done.returncode == code, done.stderr
    return done.stdout


def exported(home: Path, kind: str) -> list[dict[str, Any]]:
    """Return the records of a kind as the command exports them."""
    return [
        json.loads(line) for line in run(home, "export", kind, "--format", "jsonl").splitlines()
    ]
