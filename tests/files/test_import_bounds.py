"""Hostile files are refused, or read within the promised memory; nothing wrong is stored."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.files.corpus import bounds

from fieldkit.store import Store

_MOST_KIB = 150 * 1024
_GUARD = 60
"""Seconds after which a hang ends the test; it is no measure of speed."""
_RUN = """
import resource, sys
from fieldkit.cli import run
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))  # for the machine's sake
try:
    code = run(sys.argv[1:])
except SystemExit as left:
    code = left.code
with open("/proc/self/status") as status, open("peak", "w") as file:
    file.write(next(line.split()[1] for line in status if line.startswith("VmHWM")))
sys.exit(code)
"""
pytestmark = [
    pytest.mark.skipif(
        not Path("/proc/self/status").exists(), reason="memory is measured on Linux only"
    ),
]
_SMALL: list[tuple[str, Callable[[Path], None]]] = [
    ("strings.xlsx", bounds.strings_without_link),
    ("billion.xlsx", bounds.row_a_billion),
    ("columns.csv", bounds.many_columns),
    ("nested.xls", bounds.nested_page),
]
_LARGE: list[tuple[str, Callable[[Path], None]]] = [
    ("huge.xlsx", bounds.huge_cell),
    ("columns.xlsx", bounds.many_columns_workbook),
    ("merged.xlsx", bounds.many_merged),
    ("entities.xlsx", bounds.entities),
    ("quote.csv", bounds.unclosed_quote),
    ("page.xls", bounds.large_page),
]
_NAMES = {"Rattan Lal", "Ali Lone"}
"""The records that stand in these files."""


def _names(folder: Path) -> set[str]:
    store = Store.open(folder)
    try:
        return {str(artisan.value("name")) for artisan in store.each("beneficiary")}
    finally:
        store.close()


def _import(folder: Path, name: str, write: Callable[[Path], None]) -> None:
    store = Store.open(folder / "home")
    store.init("Asha", 2, 16)
    store.close()
    write(folder / name)
    try:
        ran = subprocess.run(
            [sys.executable, "-c", _RUN, "import", "beneficiary", name, "--json"],
            cwd=folder,
            env=os.environ | {"FIELDKIT_HOME": str(folder / "home")},
            capture_output=True,
            text=True,
            timeout=_GUARD,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(f"{name} was still being read")
    assert "Traceback" not in ran.stderr
    peak = int((folder / "peak").read_text())
    assert peak <= _MOST_KIB, f"{peak // 1024} MiB"
    stored = _names(folder / "home")
    assert stored <= _NAMES
    if not stored:
        assert ran.returncode != 0
        assert ran.stderr.strip() or "reject" in ran.stdout


@pytest.mark.parametrize(("name", "write"), _SMALL, ids=[name for name, _ in _SMALL])
def test_a_hostile_file_is_bounded(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    _import(tmp_path, name, write)


@pytest.mark.torture
@pytest.mark.parametrize(("name", "write"), _LARGE, ids=[name for name, _ in _LARGE])
def test_a_large_hostile_file_is_bounded(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    _import(tmp_path, name, write)
