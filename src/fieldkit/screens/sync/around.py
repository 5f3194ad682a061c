"""The lines around the list of the sync page: what is not sent, the receipt, past syncs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.words import clock_warning
from fieldkit.screens.look.parts import Block, heading
from fieldkit.screens.look.text import Cell, Span, Text, joined, wrapped
from fieldkit.screens.sync.out_of_area import records_out_of_area
from fieldkit.screens.sync.summary import (
    Holdings,
    agreement,
    headline,
    last_syncs,
    read_holdings,
    removed,
)

if TYPE_CHECKING:
    from fieldkit.store import Store, SyncSession
    from fieldkit.sync.client import Forecast

_SYNCS_READ = 40
_SYNCS_SHOWN = 5
"""Most lines of past syncs below the list."""
_SYNCS_BESIDE = 12
"""Most lines of them in the panel."""
_LABEL = 9
"""Cells of a heading that stands beside its lines."""


class Found(NamedTuple):
    """What is known around the list, read from the store together."""

    server: str
    """The address of the server; empty: not enrolled."""
    cost: Forecast
    holdings: Holdings
    sessions: Sequence[SyncSession]
    clock: str | None
    out_of_area: int
    """New records that the server refuses because of their place."""
    number: str
    """Of this laptop."""
    ended: str = ""
    """What became of the work of a laptop that was removed from the server; empty: it is not."""


def read_found(store: Store) -> Found:
    """Read what is known. Runs in a thread."""
    from fieldkit.sync.client import forecast

    device = store.device
    enrolled = device is not None and device.server and store.access.token()
    return Found(
        (device and device.server) or "" if enrolled else "",
        forecast(store),
        read_holdings(store),
        store.outbox.sessions(_SYNCS_READ),
        clock_warning(store),
        len(records_out_of_area(store)),
        device.origin if device else "",
        _ended(store),
    )


def _ended(store: Store) -> str:
    if (ended := store.access.ended()) is None:
        return ""
    from fieldkit.sync.revoked import what_became

    return what_became(ended)


def above_list(found: Found, under_way: Sequence[Text], width: int, *, rows: bool) -> list[Cell]:
    """Return the lines above the list; ``rows``: there are any."""
    lines: list[Cell] = (
        [*removed(found.ended, width)]
        if found.ended
        else [*headline(bool(found.server), found.cost, found.holdings, width)]
    )
    if under_way:
        lines += ["", *under_way]
    if rows:
        return [*lines, ""]
    return [*lines, "", (Span("Nothing to correct, settle or check.", "dim"),)]


def below_list(found: Found, now: int, height: int, width: int) -> list[Cell]:
    """Return the lines after the list: the receipt and past syncs.

    In less than ``height`` lines they are beside their headings, with the last sync alone.
    """
    receipt = joined(agreement(found.holdings), "   ")
    lines: list[Cell] = []
    if receipt:
        lines = ["", heading("Receipt"), *wrapped(receipt, width, 2)]
    most = min(height - len(lines) - 2, _SYNCS_SHOWN)
    syncs = last_syncs(found.sessions, now, max(most, 1), width)
    if most > 0 or not (receipt or syncs):
        if syncs:
            lines += ["", heading("Before"), *syncs]
        return lines
    last = last_syncs(found.sessions, now, 1, width - _LABEL)
    facts: list[tuple[str, list[Text]]] = [
        ("RECEIPT", wrapped(receipt, width - _LABEL, 2)),
        ("BEFORE", last),
    ]
    beside: list[Cell] = [line for label, each in facts for line in _beside(label, each)]
    return ["", *beside]


def _beside(label: str, lines: Sequence[Text]) -> list[Text]:
    """Return lines beside their heading."""
    heads = [f"{label:{_LABEL}}", *[" " * _LABEL] * len(lines)]
    return [(Span(head, "dim"), *line) for head, line in zip(heads, lines, strict=False)]


def panel(found: Found, area: str, now: int, width: int) -> list[Block]:
    """Return the blocks beside the list of a wide page; ``width``: of their text."""
    facts: list[Text] = [
        (Span(f"{label}  ", "dim"), Span(value))
        for label, value in (("laptop", found.number), ("area  ", area), ("server", found.server))
        if value
    ]
    blocks = [Block("This laptop", [line for fact in facts for line in wrapped(fact, width, 2)])]
    if receipt := agreement(found.holdings):
        lines = [line for one in receipt for line in wrapped(one, width, 2)]
        blocks.append(Block("Receipt", lines))
    if syncs := last_syncs(found.sessions, now, _SYNCS_BESIDE, width):
        blocks.append(Block("Before", syncs))
    return blocks
