"""The files an import leaves behind: beside the one it read, or at home where that is read-only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Beside:
    """Where they go, and the name they begin with: the input's, without its ending."""

    folder: Path
    spare: Path
    """Taken where nothing can be written in ``folder``."""
    name: str

    def begin(self, about: str, ending: str) -> tuple[Path, TextIO]:
        """Make ``NAME-about.ending``; a file of an earlier import is never overwritten."""
        # Excel needs the mark to read Hindi and Urdu.
        encoding = "utf-8-sig" if ending == "csv" else "utf-8"
        for path in self._paths(about, ending):
            try:
                return path, path.open("x", encoding=encoding, newline="")
            except FileExistsError:
                continue
        raise AssertionError("paths do not end")

    def _paths(self, about: str, ending: str) -> Iterator[Path]:
        folder = self.folder
        if not _writable(folder):
            folder = self.spare
            folder.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            again = f"-{number}" if number > 1 else ""
            yield folder / f"{self.name}-{about}{again}.{ending}"


def _writable(folder: Path) -> bool:
    """Say whether a file can be made in ``folder``: only trying tells, on Windows and elsewhere."""
    probe = folder / ".fieldkit-import"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
