"""Which numbers this laptop asks for twice, kept in a small file of its folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from fieldkit.settings import make_file_private

if TYPE_CHECKING:
    from fieldkit.records import Record
    from fieldkit.records.declaration.field import Twice

FILE = "twice.txt"


def asked_twice(home: Path) -> frozenset[Twice]:
    """Return the numbers that are asked twice here.

    Without a choice: account number and IFSC, as money follows them. A mobile is not: a wrong one
    shows at the portal's OTP, and ten more keys a person are much in a queue.
    """
    from fieldkit.records.declaration.field import Twice

    try:
        words = (home / FILE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset({Twice.ACCOUNT, Twice.IFSC})
    found = set()
    for word in words:
        with suppress(ValueError):  # a number that another version asks twice
            found.add(Twice(word.strip()))
    return frozenset(found)


def keep_twice(home: Path, number: Twice, *, on: bool) -> None:
    """Keep whether a number is asked twice here.

    Raises:
        OSError: it cannot be written.
    """
    found = asked_twice(home) - {number} | ({number} if on else frozenset())
    path = home / FILE
    make_file_private(path)
    path.write_text("".join(f"{one}\n" for one in sorted(found)), encoding="utf-8")


def fields_asked_twice(home: Path, kind: type[Record]) -> frozenset[str]:
    """Return the fields of a kind that this laptop asks for twice."""
    wanted = asked_twice(home)
    return frozenset(name for name, one in kind.asked_fields().items() if one.twice in wanted)
