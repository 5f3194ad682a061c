"""A file as an office sends it, and what an honest clerk would make of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Cell = str | int | bool | None
Writer = Callable[[Path], None]
Outcome = Literal["right", "asked", "refused", "doubted"]


@dataclass(frozen=True)
class OneOf:
    """Several values are honest; None among them: the field may stay empty."""

    values: tuple[Cell, ...]


def one_of(*values: Cell) -> OneOf:
    return OneOf(values)


Row = Mapping[str, Cell | OneOf]


@dataclass(frozen=True)
class OfficeFile:
    """A file, the kind it is imported as, and the expected outcome."""

    name: str
    """The file's name with its ending; unique."""
    write: Writer
    outcome: Outcome
    rows: Sequence[Row] = ()
    """The records stored: at once (right, doubted), or after the answer (asked)."""
    kind: str = "beneficiary"
    says: Sequence[str] = ()
    """What the output must contain, in any case; ``a|b`` for one of several words."""
    reasons: Sequence[str] = ()
    """Of a doubted file: what the reason of each returned row must contain."""
    returned: int | None = None
    """Of a doubted file: how many rows come back."""
    options: Sequence[str] = ()
    """Of an asked file: the arguments that answer the question."""
    or_refused: Sequence[str] = ()
    """A refusal with these words is as good."""
    or_returned: bool = False
    """Rows that come back with a reason instead of being stored are as good."""
    or_asked: bool = False
    """Refusing the whole file with the words of ``says`` or ``reasons`` is as good."""


def right(
    name: str,
    write: Writer,
    rows: Sequence[Row],
    kind: str = "beneficiary",
    *,
    says: Sequence[str] = (),
    or_refused: Sequence[str] = (),
    or_returned: bool = False,
    options: Sequence[str] = (),
) -> OfficeFile:
    """Exit 0, exactly these records, and these words in the output."""
    return OfficeFile(
        name,
        write,
        "right",
        rows,
        kind,
        says,
        or_refused=or_refused,
        or_returned=or_returned,
        options=options,
    )


def asked(
    name: str,
    write: Writer,
    says: Sequence[str],
    options: Sequence[str],
    rows: Sequence[Row],
    kind: str = "beneficiary",
) -> OfficeFile:
    """Nothing is stored, the output names the headings in doubt; with the answer it is right."""
    return OfficeFile(name, write, "asked", rows, kind, says, options=options)


def refused(
    name: str, write: Writer, says: Sequence[str] = (), kind: str = "beneficiary"
) -> OfficeFile:
    """Nothing is stored, and a sentence with these words says why."""
    return OfficeFile(name, write, "refused", (), kind, says)


def doubted(
    name: str,
    write: Writer,
    returned: int,
    reasons: Sequence[str],
    rows: Sequence[Row] = (),
    kind: str = "beneficiary",
    *,
    or_asked: bool = True,
) -> OfficeFile:
    """Rows come back with the reason; exactly the others are stored."""
    return OfficeFile(
        name,
        write,
        "doubted",
        rows,
        kind,
        reasons=reasons,
        returned=returned,
        or_asked=or_asked,
    )


def mapped(**fields: str) -> list[str]:
    """Return the arguments ``--map FIELD=HEADING``."""
    return [part for name, heading in fields.items() for part in ("--map", f"{name}={heading}")]
