"""Errors of decoding a message; their texts never quote its content."""

from __future__ import annotations


class Unreadable(ValueError):
    """The bytes are not a message of the expected kind; the text says where."""


class OtherVersion(Unreadable):
    """The message is of another version of the protocol."""


class UnknownCoding(Unreadable):
    """The coding, or the dictionary it needs, is not known here; the sender may use another."""


class TooLarge(ValueError):
    """The message is larger than either side accepts."""
