"""The scope of a device: the records that it may see and write."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, cast, get_args

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from fieldkit.protocol.messages.shapes import Area, Message, Seq

Role: TypeAlias = Literal["viewer", "registrar", "operator", "supervisor", "administrator"]
"""What a device may do: each role may do all that those before it may."""
ROLES = cast("tuple[Role, ...]", get_args(Role))
WHOLE_UT = 0
"""The district of what belongs to the whole Union Territory: every device reads it, and only an
administrator of the whole territory writes it."""


def is_at_least(role: Role, needed: Role) -> bool:
    """Say whether a role may do what needs ``needed``."""
    return ROLES.index(role) >= ROLES.index(needed)


class Scope(Message):
    """The role and area of a device; without district and block: the whole territory."""

    role: Role
    district: Area | None = None
    block: Area | None = None
    epoch: Annotated[Seq, Field(exclude=True)] = 0
    """The device's epoch from which it is in force; not sent: messages have it besides."""

    @model_serializer(mode="wrap")
    def _for_older_laptops(self, plain: SerializerFunctionWrapHandler) -> dict[str, object]:
        """Write a viewer as a registrar that is a viewer: older laptops know no viewers."""
        found: dict[str, object] = plain(self)
        return found | {"role": "registrar", "viewer": True} if self.role == "viewer" else found

    @model_validator(mode="before")
    @classmethod
    def _read_viewer(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("viewer") is True:
            return {**given, "role": "viewer"}
        return given

    def holds(self, district: int | None, block: int | None) -> bool:
        """Say whether a place is in the area; no block: the whole district."""
        if self.district is None:
            return True
        return self.district == district and (
            self.block is None or block is None or self.block == block
        )

    def reads(self, district: int | None, block: int | None) -> bool:
        """Say whether records of a place are sent to the device."""
        return district == WHOLE_UT or self.holds(district, block)

    def writes(self, district: int | None, block: int | None) -> bool:
        """Say whether the device may write records of a place."""
        if district == WHOLE_UT and self.role != "administrator":
            return False
        return self.holds(district, block)
