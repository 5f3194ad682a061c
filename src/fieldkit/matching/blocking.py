"""By which values the records are fetched that a person is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from fieldkit.matching.person import Part, fields_of

Block: TypeAlias = tuple[Part, ...]
"""Parts that a candidate has in common with the person."""

BLOCKS: tuple[Block, ...] = (
    (Part.NUMBER,),
    (Part.LAST_FOUR, Part.BORN),
    (Part.ACCOUNT, Part.BRANCH),
    (Part.MOBILE,),
)
"""Values that few people have in common: their equality is looked up by an index."""

JOINED: Block = (Part.LAST_FOUR, Part.VILLAGE)
"""One more, where each record is joined with its own candidates. Two lists of values, as the
server asks for a batch, would let too many pass."""


def blocks_of(parts: Mapping[str, Part], *more: Block) -> list[tuple[str, ...]]:
    """Return the fields of each block for a kind; of several numbers, each is a block."""
    found: list[tuple[str, ...]] = []
    for block in (*BLOCKS, *more):
        if block == (Part.NUMBER,):
            found += [(name,) for name in fields_of(parts, block)]
        elif len(names := fields_of(parts, block)) == len(block):
            found.append(tuple(names))
    return found
