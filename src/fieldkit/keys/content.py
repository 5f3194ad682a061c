"""The content of a key file, as JSON; a file from anywhere is read within bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from fieldkit.keys.backoff import Failures
from fieldkit.keys.passphrase import Wrapped
from fieldkit.keys.sealing import Unreadable, from_text, to_text

_VERSION = 1
SEALED_KEY_BYTES = 80
"""Bytes of a data key that is sealed to a public key."""
_LONGEST = 1_000_000
"""Bytes of a key file: hundreds of operators need less."""


class UnreadableKeys(Exception):
    """The key file cannot be read; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "The file keys.json of this folder cannot be read: it was altered, or written by a "
            "newer fieldkit. Put the keys.json of a backup in its place."
        )


@dataclass(frozen=True, slots=True)
class Operator:
    """The data key wrapped by one operator's passphrase."""

    wrapped: Wrapped
    failures: Failures = field(default_factory=Failures)


@dataclass(frozen=True, slots=True)
class Content:
    """All of a key file."""

    key: str
    """The fingerprint of the data key."""
    operators: Mapping[str, Operator] = field(default_factory=dict)
    sealed: bytes | None = None
    sealed_to: bytes | None = None
    server: str | None = None
    """The address of the server to whose key it is sealed: a locked laptop must know it."""
    earlier: Mapping[str, bytes] = field(default_factory=dict)
    """Keys of older backups by fingerprint, each wrapped by the data key."""

    @classmethod
    def of(cls, found: bytes) -> Content:
        """Read the bytes of a key file.

        Raises:
            UnreadableKeys: they are not a key file, or one of a newer version.
        """
        try:
            if len(found) > _LONGEST:
                raise ValueError(len(found))
            entries = json.loads(found)
            if entries["version"] != _VERSION:
                raise ValueError(entries["version"])
            return cls(
                _text(entries["key"]),
                {_text(name): _operator(entry) for name, entry in entries["operators"].items()},
                *_sealed(_optional(entries["sealed"]), _optional(entries["sealed_to"])),
                _text(entries["server"]) if entries.get("server") else None,
                {_text(name): from_text(text) for name, text in entries["earlier"].items()},
            )
        except (
            Unreadable,
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            RecursionError,
        ) as error:
            raise UnreadableKeys from error

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        entries = {
            "version": _VERSION,
            "key": self.key,
            "operators": {name: _entry(one) for name, one in self.operators.items()},
            "sealed": self.sealed and to_text(self.sealed),
            "sealed_to": self.sealed_to and to_text(self.sealed_to),
            "server": self.server,
            "earlier": {name: to_text(wrapped) for name, wrapped in self.earlier.items()},
        }
        return json.dumps(entries, ensure_ascii=True, indent=1).encode()


def _sealed(key: bytes | None, to: bytes | None) -> tuple[bytes | None, bytes | None]:
    """Return a sealed data key and the key it is sealed to; twice None if no server could open it.

    The next sync then seals it again.
    """
    if key is None or to is None or len(key) != SEALED_KEY_BYTES:
        return None, None
    return key, to


def _operator(entry: Mapping[str, object]) -> Operator:
    wrapped = Wrapped(
        from_text(_text(entry["salt"])),
        _number(entry["passes"]),
        _number(entry["memory"]),
        from_text(_text(entry["wrapped"])),
    )
    if not wrapped.is_bounded:
        raise ValueError(wrapped.memory)
    return Operator(wrapped, Failures(_number(entry["failed"]), _number(entry["failed_at"])))


def _entry(operator: Operator) -> Mapping[str, object]:
    return {
        "salt": to_text(operator.wrapped.salt),
        "passes": operator.wrapped.passes,
        "memory": operator.wrapped.memory,
        "wrapped": to_text(operator.wrapped.content),
        "failed": operator.failures.many,
        "failed_at": operator.failures.last,
    }


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value))
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(type(value))
    return value


def _optional(value: object) -> bytes | None:
    return None if value is None else from_text(_text(value))
