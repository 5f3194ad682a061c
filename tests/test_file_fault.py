"""Why a file cannot be used, in this program's own words."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from fieldkit.file_fault import Explained, is_too_long, why


class OfWindows(OSError):
    """What Windows raises has a number of its own, which no other system gives."""

    def __init__(self, winerror: int, name: str) -> None:
        super().__init__(errno.EACCES, "Zugriff verweigert", name)
        self.winerror = winerror


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(errno.ENOENT, "nie ma", "x"), "there is no such file"),
        (OSError(errno.ENOSPC, "pełny", "x"), "the disk is full"),
        (OSError(errno.ENAMETOOLONG, "za długa", "x"), "its path is too long"),
        (OSError(9999, "co innego", "x"), "the system refuses it"),
        (OSError("no number"), "the system refuses it"),
        (OfWindows(32, "x"), "it is open in another program"),
        (OfWindows(5, "x"), "it is open in another program, or you may not use it"),
        (OfWindows(206, "x"), "its path is too long"),
        (Explained("PDF needs a library. Install it."), "PDF needs a library. Install it"),
    ],
)
def test_the_words_are_our_own_and_say_what_to_do(error: OSError, words: str) -> None:
    said = why(error)
    assert said.startswith(words)
    assert not said.endswith(".")
    assert (error.strerror or "none") not in said


def test_windows_gives_no_number_where_a_file_to_be_opened_is_open_elsewhere() -> None:
    refused = PermissionError(errno.EACCES, "Zugriff verweigert", "x")
    assert "open in another program" in why(refused, windows=True)
    assert "open in another program" not in why(refused, windows=False)


def test_windows_takes_259_signs_or_any_number_after_a_mark() -> None:
    longest = "C:\\" + "a" * 256
    assert not is_too_long(PureWindowsPath(longest), windows=True)
    assert is_too_long(PureWindowsPath(longest + "a"), windows=True)
    assert not is_too_long(PureWindowsPath("\\\\?\\" + longest + "a"), windows=True)


def test_elsewhere_a_name_of_256_bytes_is_too_long() -> None:
    assert not is_too_long(PurePosixPath("/x") / ("क" * 85), windows=False)
    assert is_too_long(PurePosixPath("/x") / ("क" * 86), windows=False)


def test_without_a_command_too_what_is_said_is_utf8(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    home = tmp_path / "file" / "घर"
    ran = subprocess.run(
        [sys.executable, "-m", "fieldkit"],
        env={**os.environ, "FIELDKIT_HOME": str(home), "PYTHONIOENCODING": "cp1252"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 2
    assert f"{home} cannot be written: " in ran.stderr.decode()
