"""The look that each operator chose, kept in a small file that is read before the first paint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fieldkit.screens.look.glyphs import SETS, fitting_set
from fieldkit.screens.look.look import Look
from fieldkit.screens.look.palette import CHINAR_DARK, PALETTES, PLAIN
from fieldkit.settings import make_file_private

FILE = "look.txt"
_AUTOMATIC = "-"


def fitting_look(environment: Mapping[str, str], platform: str, *, colours: bool) -> Look:
    """Return the look for a terminal; ``colours``: it has more than 16."""
    palette = CHINAR_DARK if colours else PLAIN
    return Look(palette, fitting_set(environment, platform))


def chosen_look(home: Path, operator: str, fitting: Look) -> Look:
    """Return the look that an operator chose, the rest as it fits the terminal.

    Without an operator: that of the one who was there last. A terminal of 16 colours keeps them.
    """
    lines = _read(home)
    nothing = ("", "")
    last = nothing if operator else next(iter(lines.values()), nothing)
    theme, glyphs = lines.get(operator, last)
    palette = PALETTES.get(theme, fitting.palette)
    return Look(
        fitting.palette if fitting.palette is PLAIN else palette,
        glyphs if glyphs in SETS else fitting.glyphs,
    )


def keep_look(home: Path, operator: str, theme: str = "", glyphs: str = "") -> None:
    """Keep what an operator chose; empty: as before. Theirs is the first line from now on.

    Raises:
        OSError: it cannot be written.
    """
    lines = _read(home)
    before = lines.pop(operator, ("", ""))
    kept = {operator: (theme or before[0], glyphs or before[1]), **lines}
    text = "".join(
        f"{theme or _AUTOMATIC}\t{glyphs or _AUTOMATIC}\t{name}\n"
        for name, (theme, glyphs) in kept.items()
    )
    path = home / FILE
    make_file_private(path)
    path.write_text(text, encoding="utf-8")


def _read(home: Path) -> dict[str, tuple[str, str]]:
    """Return theme and set of glyphs by operator; a file that cannot be read counts as empty."""
    try:
        text = (home / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    rows = (line.split("\t", 2) for line in text.splitlines())
    return {row[2]: (row[0], row[1]) for row in rows if len(row) == 3}
