"""The colours of each theme.

Text has a contrast of at least 7:1 on every surface, dim text and states at least 4.5:1; a test
measures it. :data:`PLAIN` leaves the colours to a terminal that has only 16.
"""

from __future__ import annotations

from typing import NamedTuple


class Palette(NamedTuple):
    """The colours of one theme, as "#rrggbb" or an ANSI name; empty: the terminal's own."""

    name: str
    label: str
    """What the menu calls it."""
    dark: bool
    page: str
    """The background of a page."""
    panel: str
    """The background of the top bar and the line of keys."""
    field: str
    """The background of a box to type in."""
    selected: str
    """The background of the row under the cursor; empty: it is shown in reverse."""
    text: str
    dim: str
    line: str
    """Frames, rules and the rest of a bar; not for text."""
    accent: str
    """What can be acted on, and data in charts."""
    on_accent: str
    ok: str
    warn: str
    bad: str
    info: str


CHINAR_DARK = Palette(
    name="chinar-dark",
    label="Chinar, dark",
    dark=True,
    page="#171b20",
    panel="#20262d",
    field="#2a323b",
    selected="#3a2f28",
    text="#e8e3d8",
    dim="#a3adb7",
    line="#4a555f",
    accent="#ec9a5c",
    on_accent="#171b20",
    ok="#97c892",
    warn="#e3bd6b",
    bad="#f0948b",
    info="#8dc1d8",
)
CHINAR_LIGHT = Palette(
    name="chinar-light",
    label="Chinar, light",
    dark=False,
    page="#f9f6f0",
    panel="#ece6da",
    field="#ffffff",
    selected="#f3e0ce",
    text="#262521",
    dim="#5f5a50",
    line="#c4bba8",
    accent="#9a3f12",
    on_accent="#ffffff",
    ok="#28603a",
    warn="#735000",
    bad="#a01f18",
    info="#1f5670",
)
HIGH_CONTRAST = Palette(
    name="high-contrast",
    label="High contrast",
    dark=True,
    page="#000000",
    panel="#1a1a1a",
    field="#262626",
    selected="#003a5c",
    text="#ffffff",
    dim="#d0d0d0",
    line="#808080",
    accent="#ffb000",
    on_accent="#000000",
    ok="#7dff7d",
    warn="#ffe066",
    bad="#ffa29a",
    info="#8fdcff",
)
PLAIN = Palette(
    name="plain",
    label="16 colours",
    dark=True,
    page="",
    panel="",
    field="",
    selected="",
    text="",
    dim="",
    line="",
    accent="bright_yellow",
    on_accent="black",
    ok="bright_green",
    warn="bright_yellow",
    bad="bright_red",
    info="bright_cyan",
)
PALETTES = {one.name: one for one in (CHINAR_DARK, CHINAR_LIGHT, HIGH_CONTRAST, PLAIN)}
