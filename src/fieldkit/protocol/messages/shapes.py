"""The base class of messages, and the validated types of their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from fieldkit.protocol.change import Json
from fieldkit.protocol.identity import is_origin
from fieldkit.protocol.limits import LARGEST_EXACT_INTEGER, LONGEST_NAME


class Message(BaseModel):
    """The base of all messages: strict types, unknown fields ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


M = TypeVar("M", bound=Message)


def _check_origin(origin: str) -> str:
    if not is_origin(origin):
        raise ValueError("not an origin")
    return origin


Origin = Annotated[str, AfterValidator(_check_origin)]
Head = Annotated[str, StringConstraints(pattern=r"\A[0-9a-f]{64}\z")]
"""A head of the chain, in hexadecimal."""
Seq = Annotated[int, Field(ge=0, le=LARGEST_EXACT_INTEGER)]
KindName = Annotated[str, StringConstraints(pattern=r"\A[a-z][a-z0-9_]{0,59}\z")]
RecordNumber = Annotated[str, StringConstraints(pattern=r"\A[0-9A-Z]{8}-[1-9][0-9]{0,15}\z")]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
"""A field's name."""
Person = Annotated[str, StringConstraints(max_length=200)]
"""The name of the person who made a change, as typed."""
Code = Annotated[str, StringConstraints(max_length=60)]
"""A rule's code: its name and, after a dot, the variant."""
if TYPE_CHECKING:
    Plain: TypeAlias = Json
else:
    Plain = object
    """Any JSON value, not validated again: the parser gives nothing else."""
Params = Annotated[dict[str, Plain], Field(max_length=20)]
"""The parameters of a sentence."""
Area = Annotated[int, Field(ge=0, le=10**9)]
"""An LGD code of a district or block."""
