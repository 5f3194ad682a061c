"""Say what a file is that is no table, by its first bytes."""

from __future__ import annotations

from fieldkit.files.tables.table import SAVE_AS

_PICTURE = "This is a picture. Type its rows into a spreadsheet and import that."
_DOCUMENT = "This is a {}. Copy its table into a spreadsheet and import that."
_PACKED = "This is a compressed file ({}). Extract it, and import the table inside."
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "This is a PDF. Ask for the table as a spreadsheet file."),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"BM", _PICTURE),
    (b"RIFF", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"\x1f\x8b", _PACKED.format("gzip")),
    (b"BZh", _PACKED.format("bzip2")),
    (b"\xfd7zXZ", _PACKED.format("xz")),
    (b"7z\xbc\xaf\x27\x1c", _PACKED.format("7z")),
    (b"Rar!", _PACKED.format("RAR")),
    (b"\x28\xb5\x2f\xfd", _PACKED.format("zstd")),
    (
        b"{\\rtf",
        "This is a text document (RTF). Copy its table into a spreadsheet and import that.",
    ),
    (
        b"SQLite format 3\x00",
        "This is a database, not a table. To bring back a backup, use `fieldkit restore`.",
    ),
    (b"MZ", "This is a program, not a table. Choose another file."),
    (b"\x7fELF", "This is a program, not a table. Choose another file."),
)

_CONTROL = frozenset(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27}


def foreign(head: bytes, encoding: str) -> str:
    """Return why a file with these first bytes cannot be imported; "" if it may be text.

    ``encoding``: as guessed from them.
    """
    for signature, reason in _SIGNATURES:
        if head.startswith(signature) and (len(signature) > 2 or b"\0" in head[:512]):
            return reason
    if encoding.startswith("utf-8") and sum(byte in _CONTROL for byte in head[:4096]) > 8:
        return f"This is not a table of text. {SAVE_AS}"
    return ""
