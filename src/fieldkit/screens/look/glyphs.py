"""The signs on the screen, each one cell wide, in three sets.

Screens use the names here. Where the terminal cannot show them, a table replaces them as the
screen is drawn: *classic* for fonts that have only the 652 signs of WGL4 (the old Windows console),
*ascii* where the encoding has nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

CURSOR = "▌"
CRUMB = "›"
MORE = "…"
"""Stands where text was cut."""
SENT = "●"
"""On the server, or done."""
OPEN = "○"
"""Not sent, or not done."""
SETTLE = "◆"
CORRECT = "▲"
UNFINISHED = "◌"
DUE = "◷"
SAME = "✓"
NOTE = "¶"
"""Stands at a field with a note."""
ABSENT = "×"
UP, DOWN, LEFT, RIGHT = "↑", "↓", "←", "→"
DOT = "·"
RULE, STEP, WALL = "─", "─", "│"
CORNERS = "╭╮╰╯"
FULL, REST = "█", "░"
PARTS = " ▏▎▍▌▋▊▉"
"""The end of a bar, in eighths of a cell."""
HEIGHTS = "▁▂▃▄▅▆▇█"
PROGRESS = "━"

ALL = "".join(
    (
        *(CURSOR, CRUMB, MORE, SENT, OPEN, SETTLE, CORRECT, UNFINISHED, DUE, SAME, ABSENT, NOTE),
        *(UP, DOWN, LEFT, RIGHT, DOT, RULE, WALL, CORNERS, FULL, REST, PARTS, HEIGHTS, PROGRESS),
    )
)

_CLASSIC = str.maketrans("◆◌◷✓╭╮╰╯━▏▎▍▋▊▉▁▂▃▅▆▇", "♦◊■√┌┐└┘═░░░▌▌█__▄▄██")
_ASCII = str.maketrans(
    "▌›…●○◆▲◌◷✓×¶↑↓←→·─│╭╮╰╯█░▏▎▍▋▊▉▁▂▃▄▅▆▇━", ">>~*o#!.@+x&^v<>.-|++++#...:##__..ooOO="
)
SETS: Mapping[str, tuple[str, dict[int, int]]] = {
    "full": ("all", {}),
    "classic": ("old Windows console", _CLASSIC),
    "ascii": ("plain letters", _ASCII),
}
"""Each set's name in the menu, and what it shows in place of the full set's signs."""


def fitting_set(environment: Mapping[str, str], platform: str) -> str:
    """Return the set for a terminal; ``platform`` is that of ``sys.platform``."""
    if platform == "win32":
        return "full" if environment.get("WT_SESSION") else "classic"
    if environment.get("TERM") == "linux":  # the text console, with the font of the kernel
        return "classic"
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        locale = environment.get(name, "")
        # Python itself sets LC_CTYPE to C.UTF-8 where the person's locale is C.
        if locale and (name, locale) != ("LC_CTYPE", "C.UTF-8"):
            return "full" if "utf8" in locale.lower().replace("-", "") else "ascii"
    return "full"
