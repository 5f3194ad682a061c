"""The base of all messages, and the shapes of what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import is_origin
from fieldkit.protocol.limits import LARGEST_WHOLE, LONGEST_NAME


class Message(BaseModel):
    """The base of all messages: types as they stand, unknown fields passed over."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


M = TypeVar("M", bound=Message)


def _shaped(origin: str) -> str:
    if not is_origin(origin):
        raise ValueError("not an origin")
    return origin


Origin = Annotated[str, AfterValidator(_shaped)]
Head = Annotated[str, StringConstraints(pattern=r"\A[0-9a-f]{64}\z")]
"""A head of the chain, in hexadecimal."""
Seq = Annotated[int, Field(ge=0, le=LARGEST_WHOLE)]
KindName = Annotated[str, StringConstraints(pattern=r"\A[a-z][a-z0-9_]{0,59}\z")]
RecordNumber = Annotated[str, StringConstraints(pattern=r"\A[0-9A-Z]{8}-[1-9][0-9]{0,15}\z")]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
"""Of a field."""
Person = Annotated[str, StringConstraints(max_length=200)]
"""Who made a change, as it was typed."""
Code = Annotated[str, StringConstraints(max_length=60)]
"""Of a rule, with its variant."""
if TYPE_CHECKING:
    Plain: TypeAlias = Json
else:
    Plain = object
    """A value as JSON gives it, taken as it stands: nothing else can come in a message."""
Params = Annotated[dict[str, Plain], Field(max_length=20)]
"""What a sentence names."""
Area = Annotated[int, Field(ge=0, le=10**9)]
"""An LGD code of a district or block."""
