"""What can be wrong with bytes that should be a message; the texts never say what was in them."""

from __future__ import annotations


class Unreadable(ValueError):
    """The bytes are no message of this kind; the text says where."""


class OtherVersion(Unreadable):
    """A message of another version of the protocol."""


class UnknownCoding(Unreadable):
    """Its coding, or the dictionary it needs, is not known here: ask for another."""


class TooLarge(ValueError):
    """The message is larger than either side takes."""
