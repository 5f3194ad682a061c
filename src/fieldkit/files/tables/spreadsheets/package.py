"""The parts of an XLSX file, a ZIP archive: found by their relations, opened as streams."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast
from xml.parsers.expat import ExpatError

from fieldkit.files.tables.spreadsheets.parse import Attributes, parse
from fieldkit.files.tables.table import PROTECTED, SAVE_AS, Unreadable

MOST_UNPACKED = 1 << 30
"""Bytes one part may unpack to; a zip bomb unpacks to more."""
_MOST_PARTS = 5000
_LARGEST_DIRECTORY = 2 << 20
_SMALL = 4 << 20
"""Bytes of a part that only lists other parts."""
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_OPEN_DOCUMENT = (
    "This is an OpenDocument file. Save it as XLSX in a spreadsheet program and import that file."
)
_DAMAGED = f"This XLSX file is damaged. {SAVE_AS}"
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ExpatError,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    RuntimeError,
    OverflowError,
)
"""What damaged files raise while they are read."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A link from one part to another."""

    kind: str
    """The last word of its type, such as ``worksheet``."""
    target: str


class Package:
    """An opened XLSX file.

    Raises:
        Unreadable: it is damaged, of another kind, protected or suspiciously large.
    """

    def __init__(self, stream: BinaryIO) -> None:
        _reject_crowded(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
            self._parts = {_folded(part.filename): part for part in self._zip.infolist()}
        except Exception:
            raise Unreadable(_DAMAGED) from None
        if any(part.flag_bits & 1 for part in self._parts.values()):
            raise Unreadable(PROTECTED)
        self.book = self._book()

    def _book(self) -> str:
        found = self.related("")
        book = next((r.target for r in found.values() if r.kind == "officeDocument"), "")
        book = book if book in self._parts else "xl/workbook.xml"
        if book not in self._parts or not book.endswith(".xml") or "word/" in book:
            raise Unreadable(self._other_kind())
        return book

    def _other_kind(self) -> str:
        """Say what this archive is instead of an XLSX file."""
        if "xl/workbook.bin" in self._parts:
            return f"This is a binary workbook (XLSB). {SAVE_AS}"
        if "mimetype" in self._parts or "content.xml" in self._parts:
            return _OPEN_DOCUMENT
        if any(name.startswith("word/") for name in self._parts):
            return "This is a Word document. Copy its table into a spreadsheet and import that."
        if "[content_types].xml" in self._parts:
            return f"This is no Excel file. {SAVE_AS}"
        return "This is a ZIP file. Extract it, and import the table inside."

    def related(self, part: str) -> dict[str, Relation]:
        """Return the relations of a part ("" for the package) by their ids."""
        at = PurePosixPath(part)
        name = str(at.parent / "_rels" / f"{at.name}.rels").removeprefix("./")
        found: dict[str, Relation] = {}

        def start(tag: str, given: Attributes) -> None:
            if tag == "Relationship" and given.get("TargetMode") != "External":
                target = _target(str(at.parent), given.get("Target", ""))
                kind = given.get("Type", "").rpartition("/")[2]
                found[given.get("Id", "")] = Relation(kind, target)

        if name in self._parts:
            with self.open(name, _SMALL) as stream:
                parse(stream, start)
        return found

    def holds(self, part: str) -> bool:
        """Say whether a part exists."""
        return _folded(part) in self._parts

    def size(self, part: str) -> int:
        """Return the bytes of a part, unpacked."""
        return self._parts[_folded(part)].file_size

    def open(self, part: str, most: int | None = None) -> BinaryIO:
        """Open a part; no more bytes are read than it claims to hold."""
        found = self._parts.get(_folded(part))
        if found is None:
            raise Unreadable(_DAMAGED)
        if found.file_size > (most or MOST_UNPACKED):
            raise Unreadable(f"Unpacked, this file is far too large. {SAVE_AS}")
        if found.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Unreadable(f"This file is packed in an unusual way. {SAVE_AS}")
        return cast(BinaryIO, self._zip.open(found))


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _target(folder: str, target: str) -> str:
    """Resolve a link relative to the folder of the part that holds it."""
    whole = target if target.startswith("/") else f"{folder}/{target}"
    steps: list[str] = []
    for step in whole.replace("\\", "/").split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return _folded("/".join(steps))


def _reject_crowded(stream: BinaryIO) -> None:
    """Refuse a list of parts so long that reading it would fill the memory."""
    end = stream.seek(0, 2)
    start = max(0, end - (1 << 16) - 64)
    stream.seek(start)
    tail = stream.read()
    stream.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise Unreadable(_DAMAGED)
    parts, size = struct.unpack("<HI", tail[at + 10 : at + 16])
    large = tail[max(0, at - 20) : at].startswith(_END_64)
    if large or parts > _MOST_PARTS or size > _LARGEST_DIRECTORY:
        raise Unreadable(f"This file is packed in an unusual way. {SAVE_AS}")
