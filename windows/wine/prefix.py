"""A Windows of its own in a folder, by Wine, with what Debian's Wine lacks added to it.

Wine's services keep open the pipes of the command that starts them, and its programs cannot write
to files as standard output: so the services start first, and programs write to pipes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path, PureWindowsPath
from types import TracebackType
from typing import NamedTuple

HERE = Path(__file__).parent
_WINES = ("wine64", "/usr/lib/wine/wine64", "wine")
_SERVERS = ("wineserver64", "wineserver", "/usr/lib/wine/wineserver64", "/usr/lib/wine/wineserver")
_COMPILER = "x86_64-w64-mingw32-gcc"
INSTALL = (
    "Install what this needs, on Debian: apt-get install --no-install-recommends "
    "wine wine64 nsis gcc-mingw-w64-x86-64"
)
_SILENT = "-all"
_NOT_LOADED = "mscoree=;mshtml=;wbemprox=;winemenubuilder.exe="
"""Wine's parts that ask for downloads, write to the desktop, or end programs that ask for WMI."""


class Ran(NamedTuple):
    """How a program ended, and the bytes it wrote."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """All that it wrote, as UTF-8."""
        return (self.out + self.err).decode("utf-8", "replace").replace("\r\n", "\n")


def tool(*names: str) -> str:
    """Return the first program of these names that is installed; end with a sentence if none is."""
    for name in names:
        if found := shutil.which(name):
            return found
    raise SystemExit(f"There is no {names[0]} here. {INSTALL}")


class Prefix:
    """A Windows in a folder, running until it is closed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.drive = self.folder / "drive_c"
        self._wine, self._server = tool(*_WINES), tool(*_SERVERS)
        self._environment = {
            **os.environ,
            "WINEPREFIX": str(self.folder),
            "WINEARCH": "win64",
            "WINEDEBUG": _SILENT,
            "WINEDLLOVERRIDES": _NOT_LOADED,
        }

    def __enter__(self) -> Prefix:
        compiler = tool(_COMPILER)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._quietly(self._server, "-p")
        self._quietly(self._wine, "wineboot", "-i")
        self._quietly(self._wine, "winecfg", "-v", "win10")
        library = self.drive / "windows" / "system32" / "bcryptprimitives.dll"
        if not library.exists():
            source = HERE / "bcryptprimitives.c"
            subprocess.run(
                [compiler, "-O2", "-shared", "-o", library, source, "-ladvapi32"], check=True
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._quietly(self._server, "-k")

    def _quietly(self, *command: str) -> None:
        nowhere = subprocess.DEVNULL
        subprocess.run(
            command,
            env=self._environment,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            check=False,
            timeout=300,
        )

    def run(
        self,
        *command: str | Path,
        given: bytes = b"",
        environment: Mapping[str, str] | None = None,
        seconds: float = 600,
    ) -> Ran:
        """Run a program of Windows to its end; paths are given to it as Windows has them."""
        ended = subprocess.run(
            [self._wine, *self.words(command)],
            env={**self._environment, **(environment or {})},
            input=given,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def run_window(self, *command: str | Path) -> Ran:
        """Run a program with a window, which writes nothing: Wine's desktop keeps pipes."""
        nowhere = subprocess.DEVNULL
        ended = subprocess.run(
            [self._wine, *self.words(command)],
            env=self._environment,
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            timeout=600,
            check=False,
        )
        return Ran(ended.returncode, b"", b"")

    def start(
        self, *command: str | Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program that stays while others run; it ends when its input is closed."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [self._wine, *self.words(command)],
            env={**self._environment, **(environment or {})},
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.DEVNULL,
        )

    def words(self, command: Iterable[str | Path]) -> list[str]:
        """Return the words of a command with paths as Windows writes them."""
        return [str(self.path(one)) if isinstance(one, Path) else one for one in command]

    def path(self, path: Path) -> PureWindowsPath:
        """Return how Windows writes a path of this machine."""
        if path.is_relative_to(self.drive):
            return PureWindowsPath("C:/", *path.relative_to(self.drive).parts)
        return PureWindowsPath("Z:/", *path.resolve().parts[1:])
