"""Home folders with many people, built once with the command line and cached."""

import compileall
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

KEPT = Path(".benchmarks")
"""The cache of homes and rosters between runs; `make clean` removes it."""

PASSPHRASE = "walnut river carpet"
FIELDKIT = [sys.executable, "-m", "fieldkit"]


def compile_program() -> None:
    """Compile the sources, as an installation does: else each start would do it again."""
    for folder in ("src/fieldkit", "benchmarks"):
        compileall.compile_dir(folder, quiet=1)


def fieldkit(home: Path, *arguments: str) -> str:
    """Run one command on a home and return what it wrote to stdout."""
    ran = subprocess.run(
        [*FIELDKIT, *arguments],
        env={**os.environ, "FIELDKIT_HOME": str(home)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return ran.stdout


def new_home(home: Path) -> Path:
    """Create an empty home in Chadoora, Budgam, replacing an earlier one."""
    shutil.rmtree(home, ignore_errors=True)
    fieldkit(home, "init", "--name", "Benchmark", "--district", "2", "--block", "16")
    return home


def roster(people: int) -> Path:
    """Return a folder of synthetic files, one per kind, for this number of people."""
    folder = KEPT / f"roster-{people}"
    if not (folder / "beneficiary.jsonl").exists():
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        fieldkit(KEPT / "none", "sample", "--people", str(people), "--out", str(making))
        making.rename(folder)
    return folder


def home_with(people: int) -> Path:
    """Return a home with this number of people and all their records."""
    return _home(f"home-{people}", roster(people))


def protected_home(people: int) -> Path:
    """Return an encrypted copy of :func:`home_with`, which opens with :data:`PASSPHRASE`."""
    home, plain = KEPT / f"protected-{people}", home_with(people)
    if not home.exists():
        making = home.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        shutil.copytree(plain, making)
        subprocess.run(
            [*FIELDKIT, "protect", "--copies", "delete"],
            env={**os.environ, "FIELDKIT_HOME": str(making), "FIELDKIT_PASSPHRASE": PASSPHRASE},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        making.rename(home)
    return home


def home_of_people(people: int) -> Path:
    """Return a home with this number of artisans and nothing else."""
    return _home(f"people-{people}", roster(people) / "beneficiary.jsonl", "beneficiary")


def _home(name: str, source: Path, *kind: str) -> Path:
    home = KEPT / name
    if not home.exists():
        making = new_home(home.with_suffix(".making"))
        fieldkit(making, "import", *kind, str(source), "--json")
        making.rename(home)
    return home


def held(home: Path) -> dict[str, int]:
    """Return how many records of each kind a home holds."""
    records: dict[str, int] = json.loads(fieldkit(home, "status", "--json"))["records"]
    return records
