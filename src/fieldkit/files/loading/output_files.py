"""Create the files an import leaves behind: next to its input, or in a spare folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from fieldkit.store import Store


def documents_folder() -> Path:
    """Return the person's folder of documents; their home folder if there is none."""
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


def spare_folder(store: Store) -> Path:
    """Return where the files go if they cannot lie beside the input.

    That is the home folder, unless it is encrypted: nothing that can be read stays in it.
    """
    return documents_folder() if store.encrypted else store.home / "imports"


@dataclass(frozen=True, slots=True)
class OutputFiles:
    """Where the files go, and how their names begin."""

    folder: Path
    spare: Path
    """Used where ``folder`` is read-only."""
    name: str
    """The input's name without its ending."""
    nowhere: bool = False
    """A rehearsal: what would be written is thrown away."""

    def create(self, about: str, ending: str) -> tuple[Path | None, TextIO]:
        """Create ``NAME-about.ending``; a file of an earlier import is never overwritten."""
        if self.nowhere:
            return None, Path(os.devnull).open("w", encoding="utf-8")
        # Excel needs the byte order mark to read Hindi and Urdu.
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
    """Say whether a file can be created in ``folder``, by trying: permissions do not tell."""
    probe = folder / ".fieldkit-import"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
