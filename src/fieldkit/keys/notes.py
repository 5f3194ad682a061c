"""Small private files of a home: rolls, values kept for a form, a correction that can be undone.

In an encrypted home each is encrypted with the data key, under its name with ``.sealed`` behind it.
None is ever synced.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from fieldkit.keys.private_file import write_private
from fieldkit.settings import KEYS, make_private

_SEALED = ".sealed"
_PATTERNS = ("*.json", "rolls/*.txt")


def _is_key_file(path: Path) -> bool:
    """Say whether a file is needed before there is a key, under whatever name somebody kept it."""
    if path.name == KEYS:
        return True
    from fieldkit.keys.content import Content, UnreadableKeys

    with suppress(UnreadableKeys):
        Content.of(path.read_bytes())
        return True
    return False


class Notes:
    """The small files of one home."""

    def __init__(self, home: Path, key: bytes | None = None) -> None:
        self._home = home
        self._key = key

    def read(self, name: str) -> str | None:
        """Return the text of a file; None if there is none that can be read."""
        if self._key is not None:
            with suppress(OSError):
                return self._opened((self._home / f"{name}{_SEALED}").read_bytes())
        try:
            return (self._home / name).read_text("utf-8", "replace")
        except OSError:
            return None

    def write(self, name: str, text: str) -> None:
        """Keep a file, whole or not at all; it is on the disk when this returns.

        Raises:
            OSError: it cannot be written.
        """
        plain = self._home / name
        path = plain if self._key is None else plain.with_name(plain.name + _SEALED)
        make_private(path.parent)
        write_private(path, self._sealed(text.encode("utf-8", "replace")))
        if self._key is not None:
            plain.unlink(missing_ok=True)

    def seal_plain_ones(self) -> None:
        """Encrypt the files that are plain: after a conversion, or one that was interrupted.

        Raises:
            OSError: one cannot be written.
        """
        for pattern in _PATTERNS if self._key else ():
            for path in self._home.glob(pattern):
                if path.is_file() and not _is_key_file(path):
                    name = path.relative_to(self._home).as_posix()
                    self.write(name, path.read_text("utf-8", "replace"))

    def _sealed(self, content: bytes) -> bytes:
        if self._key is None:
            return content
        from nacl.secret import SecretBox

        return bytes(SecretBox(self._key).encrypt(content))

    def _opened(self, content: bytes) -> str | None:
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox

        try:
            return SecretBox(self._key or b"").decrypt(content).decode("utf-8", "replace")
        except (CryptoError, ValueError):
            return None
