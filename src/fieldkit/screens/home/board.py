"""The lines of Home: jobs, figures, what to go on with, and the panel. Pure.

There is a place for everything from the first paint on, so that nothing moves when figures come.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.charts import sparkline
from fieldkit.screens.look.glyphs import OPEN, SAME, SETTLE
from fieldkit.screens.look.parts import MARGIN, Block, heading, state_mark
from fieldkit.screens.look.text import Cell, Span, Text, cut, fit, joined, text_of, width_of
from fieldkit.screens.widgets.bars import PANEL_WIDTH

if TYPE_CHECKING:
    from fieldkit.screens.home.figures import (
        Counted,
        Daily,
        DueWork,
        Figures,
        Need,
        Recent,
        ServerFigures,
    )

_LEAST = 3
"""Lines of figures, and of what to go on with."""
_MOST = 6
_NARROW = 72
_DUE = 8


class Space(NamedTuple):
    """What there is space for."""

    width: int
    figures: int
    """Lines of figures."""
    sparkline: bool
    air: bool
    """An empty line under the box."""
    most: int
    """Lines of figures beside which the sparkline and something to go on with can stand."""


def space_for(width: int, lines: int) -> Space:
    """Share the lines under the box: what is needed first, then the sparkline, then air."""
    needed = 7 + 2 * _LEAST  # jobs, a gap, headings, a gap, a heading
    spark = lines >= needed + 2
    left = lines - needed - 2 * spark
    air = left > 0
    figures = min(_LEAST + max(left - 1, 0) // 2, _MOST)
    most = lines - 8 - 2 * spark - air  # jobs, gaps, headings, one line to go on with
    return Space(width, figures if left >= 0 else max(_LEAST + left, 1), spark, air, most)


# --- jobs ---


def job_lines(words: Mapping[str, str], badges: Mapping[str, int], space: Space) -> list[Text]:
    """Return the numbered jobs on three lines, with what waits behind their words.

    The tenth stands behind the others: not everybody has it.
    """
    narrow = space.width < _NARROW
    sizes = (19, 18, 0) if narrow else _columns(space.width)
    shown = {key: _job(key, words.get(key, ""), badges.get(key, 0)) for key in "123456789"}
    tenth = _job("0", words.get("0", ""), 0 if narrow else badges.get("0", 0))
    last = joined((shown["9"], tenth), " " if narrow else "  ")
    cells = [[shown[key] for key in line] for line in ("123", "456", "78")]
    return [_across(line, sizes) for line in (*cells[:2], [*cells[2], last])]


def _job(key: str, words: str, badge: int) -> Text:
    if not words:
        return ()
    mark = (Span(" "), Span(f" {badge} ", "badge")) if badge else ()
    return (Span(key, "key"), Span(f" {words}"), *mark)


def _columns(width: int) -> tuple[int, int, int]:
    """Return the widths of three columns; the last has the rest."""
    if width < _NARROW:
        return 15, 20, width - 35 - 2 * MARGIN
    first = min((width - 2 * MARGIN) * 6 // 19, 30)
    return first, first, width - 2 * first - 2 * MARGIN


def _across(cells: Sequence[Cell], sizes: Sequence[int]) -> Text:
    """Return cells in columns, the last as wide as it is."""
    *first, last = cells
    fitted = [fit(fit(cell, size - 1), size) for cell, size in zip(first, sizes, strict=False)]
    return (*(span for cell in fitted for span in cell), *text_of(last))


# --- figures ---


def headings(space: Space) -> Text:
    """Return the headings of the figures."""
    heads = [heading(one) for one in ("Today", "This laptop", "Needs you")]
    return _across(heads, _columns(space.width))


def shown_needs(found: Figures, due: DueWork, space: Space) -> Sequence[Need]:
    """Return what needs the operator: all that is theirs, and as many sorts of due work as fit."""
    work = due.needs()
    least = len(found.needs) + bool(work)
    return [*found.needs, *work][: max(space.figures, least)]


def beside(found: Figures, needs: Sequence[Need], space: Space) -> list[Text]:
    """Return the first two columns of the figures."""
    lines = max(space.figures, len(needs))
    days = _counted(found.today[: space.figures], "nothing saved yet", lines)
    held = _counted(found.laptop[: space.figures], "no records yet", lines)
    sizes = _columns(space.width)
    return [
        _across((one, cut(other, sizes[1] - MARGIN)), sizes)
        for one, other in zip(days, held, strict=True)
    ]


def before_need(line: Text, space: Space) -> Text:
    """Return what stands at the left of something that needs the operator."""
    first, second, _ = _columns(space.width)
    return (Span(" " * MARGIN), *fit(line, first + second - 2))


def need(one: Need, needs: Sequence[Need], space: Space) -> Text:
    """Return something that needs the operator: its sign, number and words."""
    number = max(len(other.number) for other in needs)
    front = (*state_mark(one.state), Span(f" {one.number:>{number}} ", "strong"))
    size = _columns(space.width)[2]
    return cut((*front, Span(one.words, "dim")), size)


def nothing_needed(line: Text, space: Space) -> Text:
    """Return the first line of figures where nothing needs the operator."""
    first, second, _ = _columns(space.width)
    return (*fit(line, first + second), Span("nothing", "dim"))


def _counted(counts: Sequence[Counted], nothing: str, lines: int) -> list[Text]:
    """Return the lines of a column, its numbers aligned on the right."""
    width = max((len(number) for number, _ in counts), default=0)
    found: list[Text] = [
        (Span(f"{number:>{width}}", "strong"), Span(f" {words}", "dim")) for number, words in counts
    ] or [(Span(nothing, "dim"),)]
    return [*found, *((),) * (lines - len(found))][:lines]


def daily_line(daily: Daily, space: Space) -> Text:
    """Return the days as a sparkline, with their sum and that of the days before."""
    from fieldkit.records.fields.formats import indian

    label = (Span(daily.title, "dim"),)
    column = max(_columns(space.width)[0], width_of(label) + 2)
    line: Text = (*fit(label, column), *sparkline(daily.counts))
    line = joined((line, (Span(indian(sum(daily.counts)), "strong"),)))
    before = indian(daily.before)
    for usual in (f", and {before} in the {len(daily.counts)} days before", f"  before: {before}"):
        if width_of(line) + len(usual) <= space.width - 2 * MARGIN:
            return (*line, Span(usual, "dim"))
    return line


# --- what to go on with ---

GO_ON = heading("Unfinished and last saved")


def recent_cells(one: Recent) -> tuple[Cell, ...]:
    """Return the cells of a draft or a record saved last."""
    mark = state_mark(one.state)
    quiet = mark[0].style in ("ok", "dim")
    return (
        (*mark, Span(f" {one.name}", "strong")),
        (Span(one.title, "dim"),),
        (Span(one.at, "dim"),),
        (Span(one.state, "dim" if quiet else mark[0].style),),
    )


# --- the panel ---


def panel(found: Figures | None, due: DueWork | None, line: Cell) -> tuple[Block, Block]:
    """Return the panel: what is due, and the server; ``line``: the state of the line."""
    lines: list[Cell] = []
    for one in due.sorts[:_DUE] if due else ():
        width = len(due.sorts[0].number) if due else 0
        lines.append((Span(f"{one.number:>{width}}", "strong"), Span(f" {one.words}")))
    if due and not lines:
        lines = [(Span("Nothing is due.", "dim"),)]
    server = _server(found.server, line) if found else []
    return (
        Block("Due", _filled([cut(one, PANEL_WIDTH - 5) for one in lines], _DUE)),
        Block("Server", _filled(server, _LEAST)),
    )


def _filled(lines: Sequence[Cell], many: int) -> Sequence[Cell]:
    return [*lines, *("",) * (many - len(lines))][:many]


def _server(found: ServerFigures, line: Cell) -> list[Cell]:
    from fieldkit.screens.base.words import plural

    waits = f"{plural(found.to_send, 'change')} to send" if found.to_send else "Nothing to send"
    if not found.enrolled:
        return [
            (Span(OPEN, "dim"), Span(" no server yet")),
            (Span(waits, "dim"),),
            (
                Span("8", "key"),
                Span(" Sync, then ", "dim"),
                Span("Enter", "key"),
                Span(" enrol", "dim"),
            ),
        ]
    as_of = f" as of {found.last_sync}" if found.last_sync else ""
    same: Text = (
        (Span(f"{OPEN} not compared yet", "dim"),)
        if found.agrees is None
        else (Span(f"{SAME} same", "ok"), Span(f"{as_of}, {plural(found.acknowledged, 'change')}"))
        if found.agrees
        else (Span(f"{SETTLE} not the same", "bad"), Span(as_of))
    )
    return [same, (Span(waits, "text" if found.to_send else "dim"),), line]
