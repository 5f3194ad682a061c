"""What a device may see and write."""

from __future__ import annotations

from typing import Literal

from fieldkit.protocol.shapes import Area, Message, Seq


class Scope(Message):
    """The area of a device; neither district nor block: the whole territory."""

    role: Literal["registrar", "operator", "supervisor", "administrator"]
    district: Area | None = None
    block: Area | None = None
    epoch: Seq = 0
    """From which epoch of the device it holds; a message names it beside the scope."""

    def holds(self, district: int | None, block: int | None) -> bool:
        """Say whether a record of this place is in it; one without a block is the district's."""
        if self.district is None:
            return True
        return self.district == district and (
            self.block is None or block is None or self.block == block
        )
