"""What can be chosen on a report: its rows and their order, its area, its day, a kept one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from fieldkit.screens.progress.choosing import Option, OptionsPage
from fieldkit.screens.progress.league import Order

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.reports import Area, Dimension
    from fieldkit.screens.progress.wanted import Shown, Wanted


def rows_page(
    wanted: Wanted,
    found: Shown | None,
    order: Order,
    made_by: Callable[[Dimension], Awaitable[object]],
    in_order: Callable[[Order], Awaitable[object]],
) -> OptionsPage:
    """Return the choice of what the rows are, and of their order."""
    options = [
        Option(f"by {one.label.lower()}", partial(made_by, one), "Rows", now=one == wanted.by)
        for one in wanted.ways()
    ]
    names = [("", "as they come")]
    if found:
        heads = found.table.columns
        named = ((heads[n].name, heads[n].label) for n in found.columns() if heads[n].unit)
        names += [(name, f"{label}, largest first") for name, label in named]
    options += [
        Option(words, partial(in_order, Order(name)), "Order", now=order.column == name)
        for name, words in names
    ]
    return OptionsPage(wanted.report.title, "Rows", "trade, bank, a figure ...", options)


def area_page(
    wanted: Wanted, areas: Sequence[Area], go: Callable[[Area], Awaitable[object]]
) -> OptionsPage:
    """Return the choice of an area."""
    options = [Option(one.title, partial(go, one), now=one == wanted.area) for one in areas]
    return OptionsPage(wanted.report.title, "Area", "a district or block", options)


def all_areas() -> Sequence[Area]:
    """Return every area, each followed by those within it."""
    from fieldkit.reports import Area

    def within(area: Area) -> Iterator[Area]:
        yield area
        for part in area.parts():
            yield from within(part)

    return [*within(Area())]


def history_page(
    wanted: Wanted,
    kept: Sequence[Record],
    choose_day: Callable[[], Awaitable[object]],
    go_to_day: Callable[[date | None], Awaitable[object]],
    keep: Callable[[], Awaitable[object]],
    open_kept: Callable[[Record], Awaitable[object]],
) -> OptionsPage:
    """Return the choice of another day and of the snapshots; those of other areas come last."""
    from fieldkit.records.fields.formats import show_date
    from fieldkit.reports.kept import is_about

    here = f"Snapshots of {wanted.area.title}"
    days = dict.fromkeys([None, wanted.as_on])
    options = [
        Option(
            f"up to {show_date(day) if day else 'today'}",
            partial(go_to_day, day),
            "Day",
            now=day == wanted.as_on,
        )
        for day in days
    ]
    options += [
        Option("as on another day ...", choose_day, "Day"),
        Option("keep a snapshot of what is shown", keep, here),
    ]
    own = [one for one in kept if is_about(one, wanted.area)]
    others = [one for one in kept if one not in own]
    options += [Option(_named(one), partial(open_kept, one), here) for one in own]
    options += [
        Option(_named(one), partial(open_kept, one), "Snapshots of other areas") for one in others
    ]
    return OptionsPage(wanted.report.title, "History", "a day, a name ...", options)


def _named(record: Record) -> str:
    """Return a snapshot's name, with its day where the name does not say it."""
    from fieldkit.records.fields.formats import show_date

    name, day = record.label(), record.value("as_on")
    if not isinstance(day, date) or day.isoformat() in name:
        return name
    return f"{name}, as on {show_date(day)}"
