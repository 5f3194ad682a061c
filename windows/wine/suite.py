"""A part of the test suite, run by the installed Python under Wine."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from windows.build import ROOT, SEARCHED, install
from windows.wine.laptop import Laptop
from windows.wine.prefix import HERE

CHOSEN = (
    "tests/test_file_fault.py",
    "tests/test_aadhaar.py",
    "tests/keys",
    "tests/search",
    "tests/files/test_write.py",
    "tests/store/test_backups.py",
    "tests/store/test_forks.py",
    "tests/store/test_drafts.py",
    "tests/screens/test_home.py",
)
"""Files, paths, encodings, the store; and the application, by Textual's pilot."""
_LEFT_OUT = "not another_machine"
"""That test gives the machine another id by the file in which Linux keeps it."""
_TERMINAL = {"WT_SESSION": "1"}
"""Windows Terminal has all signs; in the old console the screens draw others."""
_PACKAGES = (
    *("pytest", "pytest-asyncio", "iniconfig", "packaging", "pluggy", "colorama", "hypothesis"),
    *("sortedcontainers", "psycopg", "psycopg-binary", "tzdata", "xlwt"),
)
_END = re.compile(r"^(=+ )?\d+ (passed|failed).*", re.MULTILINE)


def part_of_the_suite_passes(laptop: Laptop) -> str:
    """Run the chosen tests; return pytest's last line."""
    folder = laptop.prefix.drive / "suite"
    shutil.rmtree(folder, ignore_errors=True)
    app = folder / "app"
    shutil.copytree(laptop.folder / "app", app, copy_function=os.link)
    _look_also_in(app, "..", r"..\packages")
    requirements = folder / "requirements.txt"
    requirements.write_text("\n".join(_locked()), "utf-8")
    install(folder / "packages", "-r", str(requirements), "--require-hashes")
    shutil.copy(HERE / "sitecustomize.py", folder / "packages")
    leave = shutil.ignore_patterns("__pycache__")
    for part in ("tests", "benchmarks"):  # tests press keys as a benchmark does
        shutil.copytree(ROOT / part, folder / part, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", folder)
    ran = laptop.prefix.run(
        *(app / "python.exe", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", _LEFT_OUT),
        *(f"--rootdir={laptop.prefix.path(folder)}", "-c", folder / "pyproject.toml"),
        *(folder / one for one in CHOSEN),
        environment=_TERMINAL,
        seconds=3000,
    )
    said = _END.findall(ran.text)
    assert ran.code == 0, ran.text[-6000:]
    assert said, ran.text[-2000:]
    return ran.text.strip().splitlines()[-1]


def _look_also_in(app: Path, *folders: str) -> None:
    """Let a copy of the installed Python find the tests and their packages."""
    paths = next(app.glob("python*._pth"))
    paths.unlink()  # it is the installed one by another name
    paths.write_text("\n".join((*SEARCHED, *folders, "import site")) + "\n", "utf-8")


def _locked() -> Iterator[str]:
    """Yield the locked packages that the tests need, with their hashes."""
    wanted = False
    for line in (ROOT / "requirements" / "dev.txt").read_text("utf-8").splitlines():
        if not line.startswith((" ", "#")):
            wanted = line.partition("==")[0].partition("[")[0] in _PACKAGES
        if wanted and not line.lstrip().startswith("#"):
            yield line
