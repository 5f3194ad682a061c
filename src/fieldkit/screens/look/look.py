"""How named styles look: a palette and a set of glyphs, turned into what Textual draws."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from fieldkit.screens.look.glyphs import SETS
from fieldkit.screens.look.palette import CHINAR_DARK, Palette
from fieldkit.screens.look.text import Cell, StyleName, fit

if TYPE_CHECKING:
    from textual.theme import Theme

Surface: TypeAlias = Literal["page", "panel", "field", "selected"]
"""What text stands on."""
_BOLD = frozenset({"strong", "key", "match", "badge", "chosen", "typed"})
_UNDERLINED = frozenset({"mine", "theirs"})


class Piece(NamedTuple):
    """A part of a line, on a surface of its own."""

    text: Cell
    width: int
    surface: Surface = "page"


class Look(NamedTuple):
    """A palette, and the name of a set of glyphs."""

    palette: Palette = CHINAR_DARK
    glyphs: str = "full"

    def strip(self, text: Cell, width: int, surface: Surface = "page") -> Strip:
        """Return a line of ``width`` cells."""
        return self.strip_of((Piece(text, width, surface),))

    def strip_of(self, pieces: Iterable[Piece]) -> Strip:
        """Return a line of pieces, each exactly as wide as it says."""
        instead = SETS[self.glyphs][1]
        segments: list[Segment] = []
        cells, before = 0, None
        for piece in pieces:
            cells += piece.width
            for span in fit(piece.text, piece.width):
                text = span.text.translate(instead) if instead else span.text
                style = style_of(self.palette, span.style, piece.surface)
                # One run of text is fewer bytes on a slow line; blanks before it stay apart, as
                # some programs drop them from pictures of the screen.
                if style is before and segments[-1].text.strip():
                    segments[-1] = Segment(segments[-1].text + text, style)
                else:
                    segments.append(Segment(text, style))
                before = style
        return Strip(segments, cells)


@lru_cache(maxsize=512)
def style_of(palette: Palette, name: StyleName, surface: Surface = "page") -> Style:
    """Return how a style looks on a surface."""
    ground: str = getattr(palette, surface)
    front, reverse = palette.text, False
    match name:
        case "dim" | "line" | "accent" | "ok" | "warn" | "bad" | "info":
            front = getattr(palette, name)
        case "key" | "match" | "mine":
            front = palette.accent
        case "theirs":
            front = palette.info
        case "badge":
            front, ground = palette.on_accent, palette.warn
        case "chosen":
            front, ground = palette.on_accent, palette.accent
        case "typed" if surface == "page":
            ground = palette.field
        case "replaced":
            front, ground = palette.page or palette.on_accent, palette.dim or palette.info
        case "cursor":
            front, ground, reverse = palette.page, palette.text, not palette.text
    plain = not palette.text
    if plain and surface == "selected" and not palette.selected and name != "cursor":
        reverse = True
    return Style(
        color=front or None,
        bgcolor=ground or None,
        bold=name in _BOLD or None,
        underline=name in _UNDERLINED or None,
        dim=(plain and name in ("dim", "line")) or None,
        reverse=reverse or None,
    )


def theme_of(palette: Palette) -> Theme:
    """Return the Textual theme of a palette, for what style sheets colour."""
    from textual.theme import Theme

    return Theme(
        name=palette.name,
        primary=palette.accent,
        accent=palette.accent,
        background=palette.page,
        surface=palette.page,
        panel=palette.panel,
        foreground=palette.text,
        success=palette.ok,
        warning=palette.warn,
        error=palette.bad,
        dark=palette.dark,
    )
