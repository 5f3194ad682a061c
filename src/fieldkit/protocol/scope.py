"""The scope of a device: the records that it may see and write."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fieldkit.protocol.shapes import Area, Message, Seq


class Scope(Message):
    """The role and area of a device; without district and block: the whole territory."""

    role: Literal["registrar", "operator", "supervisor", "administrator"]
    district: Area | None = None
    block: Area | None = None
    epoch: Annotated[Seq, Field(exclude=True)] = 0
    """The device's epoch from which it is in force; not sent: messages have it besides."""

    def holds(self, district: int | None, block: int | None) -> bool:
        """Say whether a record at this place is in scope; no block: the whole district."""
        if self.district is None:
            return True
        return self.district == district and (
            self.block is None or block is None or self.block == block
        )
