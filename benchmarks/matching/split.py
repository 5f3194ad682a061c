"""What the weights may be tuned on, and what only the evaluation sees. Fixed before any tuning.

Households, and the spellings of names that tell two typings of one person apart, belong to one of
two parts by a hash: neither the order of the data nor the number of people changes a part.
"""

import hashlib
from typing import Literal, TypeAlias

from fieldkit.reference.names import NameVariant, name_variants

Part: TypeAlias = Literal["train", "unseen"]


def part_of(what: str) -> Part:
    """Return the part a household or a pair of spellings belongs to: half each."""
    return "train" if hashlib.sha256(what.encode()).digest()[0] < 128 else "unseen"


def spellings(part: Part) -> list[NameVariant]:
    """Return the labelled pairs of spellings of one part."""
    return [one for one in name_variants() if part_of(f"{one.first}/{one.second}") == part]
