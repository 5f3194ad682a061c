"""What a device may see and write."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from fieldkit.protocol.shapes import Area, Message, Seq

Place: TypeAlias = tuple[int, int | None]
"""District and block of a record; without a block it belongs to the whole district."""


class Scope(Message):
    """The area of a device; neither district nor block: the whole territory."""

    role: Literal["registrar", "operator", "supervisor", "administrator"]
    district: Area | None = None
    block: Area | None = None
    epoch: Annotated[Seq, Field(exclude=True)] = 0
    """From which epoch of the device it holds; never sent: a message names it beside the scope."""

    def holds(self, district: int | None, block: int | None) -> bool:
        """Say whether a record of this place is in it; one without a block is the district's."""
        if self.district is None:
            return True
        return self.district == district and (
            self.block is None or block is None or self.block == block
        )
