"""The end of the demonstration: targets and published figures beside what was just recorded."""

from __future__ import annotations

from functools import partial

from fieldkit.commands import say
from fieldkit.reports import Area, Table, period_of, reports
from fieldkit.reports.formats.text import lines
from fieldkit.reports.note import FIGURES
from fieldkit.store import Store

_COLUMNS = ("metric", "target", "target_high", "recorded", "reported", "reported_as_on")


def show_figures(store: Store) -> None:
    """Print the scoreboard of the whole territory, as far as reviews ask for it."""
    area, report = Area(), reports()["scoreboard"]
    period = store.query(partial(period_of, area=area))
    board = store.query(partial(report.run, area=area, period=period, by=report.by[0]))
    for line in lines(_shortened(board)):
        say(line)
    say("`fieldkit report scoreboard` prints all of it, `fieldkit report review_note` the note.")


def _shortened(board: Table) -> Table:
    """Keep the figures of the review note, each once, and the columns that fit a terminal."""
    names = [heading.name for heading in board.columns]
    kept = [names.index(name) for name in _COLUMNS]
    code = names.index("code")
    rows = {str(row.cells[code]): row for row in reversed(board.rows)}
    board.rows = [rows[metric] for metric in FIGURES if metric in rows]
    for row in board.rows:
        row.cells = [row.cells[place] for place in kept]
    board.columns = [board.columns[place] for place in kept]
    board.notes = board.notes[:1]
    return board
