"""Where a database is: which machine and which folder, as one short word."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

_LONG, _LONG_SHARE = "\\\\?\\", "\\\\?\\UNC\\"
_MACHINE_ID = Path("/etc/machine-id")


def place_of(path: Path) -> str:
    """Return a word that differs wherever the same file is opened elsewhere.

    A hash, so that nothing of the machine travels with a copy.
    """
    text = f"{_machine()}\n{one_spelling(str(path.resolve()))}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def one_spelling(path: str) -> str:
    r"""Return a path without the mark that lets Windows take long ones: ``\\?\C:\x``."""
    if path.startswith(_LONG_SHARE):
        return "\\\\" + path.removeprefix(_LONG_SHARE)
    return path.removeprefix(_LONG)


def _machine() -> str:
    """Return the system's permanent id of this machine, else its name."""
    try:
        found = _windows_id() if sys.platform == "win32" else _MACHINE_ID.read_text("utf-8").strip()
    except OSError:
        found = ""
    return found or _name()


def _windows_id() -> str:
    if sys.platform == "win32":
        import winreg

        path = r"SOFTWARE\Microsoft\Cryptography"
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, access) as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    return ""


def _name() -> str:
    import platform

    return platform.node()
