"""Parse XML piece by piece, within bounds: a file from anywhere may hold anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, TypeAlias
from xml.parsers import expat

from fieldkit.files.tables.table import SAVE_AS, Unreadable

Attributes: TypeAlias = Mapping[str, str]
Start: TypeAlias = Callable[[str, Attributes], None]
"""Called at the start of an element with its name, without prefix."""
End: TypeAlias = Callable[[str], None]
Text: TypeAlias = Callable[[str], None]
"""Called with text, perhaps in several pieces."""
_PIECE = 1 << 16
_MOST_TAGS = 200
_LONGEST_TAG = 1 << 20
"""Bytes of one tag or comment, which expat holds as a whole."""


def parse(stream: BinaryIO, start: Start, end: End | None = None, text: Text | None = None) -> None:
    """Parse a whole stream; see :func:`parsing`."""
    for _ in parsing(stream, start, end, text):
        pass


def parsing(
    stream: BinaryIO, start: Start, end: End | None = None, text: Text | None = None
) -> Iterator[int]:
    """Parse a stream, and yield the number of bytes read after each piece.

    Raises:
        Unreadable: it declares a document type or holds an endless tag.
        ExpatError: it is no XML.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    tags = _Tags()
    parser.StartElementHandler = lambda name, given: start(tags[name], given)
    if end:
        parser.EndElementHandler = lambda name: end(tags[name])
    if text:
        parser.CharacterDataHandler = text
    fed = 0
    while piece := stream.read(_PIECE):
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - parser.CurrentByteIndex > _LONGEST_TAG:
            _refuse()
        yield fed
    parser.Parse(b"", True)


class _Tags(dict[str, str]):
    """Names of elements without their prefix: ``x:row`` -> ``row``."""

    def __missing__(self, name: str) -> str:
        bare = name.rpartition(":")[2]
        if len(self) < _MOST_TAGS:
            self[name] = bare
        return bare


def _refuse(*_given: object) -> None:
    raise Unreadable(f"This XLSX file holds what no spreadsheet program writes. {SAVE_AS}")
