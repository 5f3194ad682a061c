"""What the right end of every header says: who works, what is not sent yet, and the connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.look.glyphs import OPEN, SAME, SENT, UP
from fieldkit.screens.look.text import Cell, Span

if TYPE_CHECKING:
    from fieldkit.store import Store, SyncSession


class HeaderStatus(NamedTuple):
    """The status of this laptop; unknown parts are empty or None."""

    operator: str = ""
    origin: str = ""
    area: str = ""
    """The district and block in words: "Block Chadoora, Budgam"."""
    unsent: int | None = None
    """Changes not sent yet; None in practice, and where there are none and no server is known."""
    line: str = ""
    """The state of the connection to the server: "online", "sending ..."."""
    last_sync: SyncSession | None = None
    """The last sync of this laptop's data, by this window or another."""

    def chips(self, *, origin: bool = False) -> list[Cell]:
        """Return what the bar says: who, what waits, the connection. ``origin``: the laptop too."""
        waiting: Cell = (Span(SAME, "ok"), Span(" all sent", "dim")) if self.unsent == 0 else ""
        if self.unsent:
            from fieldkit.records.fields.formats import indian  # loaded once anything was counted

            waiting = (Span(f"{UP} {indian(self.unsent)}", "warn"), Span(" not sent", "dim"))
        laptop: Cell = (Span(self.origin, "dim"),) if origin and self.origin else ""
        return [self.operator, laptop, waiting, self.line_chip()]

    def line_chip(self, *, since: bool = False) -> Cell:
        """Return the state of the connection; ``since``: say how long it has been so."""
        words = self.line if since else self.line.partition(" since ")[0]
        online = words.startswith("online")
        sign = Span(SENT, "ok") if online else Span(OPEN, "dim")
        return (sign, Span(f" {words}", "ok" if online else "dim")) if words else ""


def read_status(store: Store, operator: str) -> HeaderStatus:
    """Read the status from a store; without an operator, the first one. Runs in a thread."""
    from fieldkit.reference import option

    device = store.device
    if device is None:
        return HeaderStatus(operator)
    district = option("district", device.district)
    block = option("block", device.block) if device.block is not None else None
    area = (f"Block {block.label}" if block else "", district.label if district else "")
    unsent = store.outbox.unsent()
    return HeaderStatus(
        operator=operator or next(iter(store.operators()), device.name),
        origin=device.origin,
        area=", ".join(filter(None, area)),
        unsent=None if store.practice or not (unsent or device.server) else unsent,
        last_sync=next(iter(store.outbox.sessions(1)), None),
    )
