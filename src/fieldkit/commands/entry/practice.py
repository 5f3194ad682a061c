"""A home to practise in, beside the real one: made-up people, never enrolled, never synced."""

from __future__ import annotations

import shutil
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from filelock import FileLock, Timeout

from fieldkit.cli import DONE, Unusable
from fieldkit.commands import operator_of, say
from fieldkit.files import load_folder
from fieldkit.sample import write
from fieldkit.settings import DATABASE, home_folder, is_encrypted, is_practice_file
from fieldkit.store import Store

_PEOPLE = 120
_BUDGAM, _CHADOORA = 2, 16
_OPERATOR = "Practice"


def practice(args: Namespace) -> int:
    """Open the application on the practice home, which is made first if there is none."""
    real = home_folder()
    folder = real.with_name(f"{real.name}-practice")
    if is_practice_file(real / DATABASE):
        folder = real  # FIELDKIT_HOME names the practice home itself
    if args.again:
        _discard(folder)
    if not (folder / DATABASE).exists():
        _fill(folder, real)
    elif not is_practice_file(folder / DATABASE):
        raise Unusable(f"{folder} holds real data. Rename that folder, then try again.")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        say(f"The folder for practice is {folder}. Start this on a terminal to open it.")
        return DONE
    from fieldkit.app import run

    return run(folder)


def _discard(folder: Path) -> None:
    """Remove a practice home; nothing else is ever removed.

    Raises:
        Unusable: it is none, or it is open.
    """
    if not folder.exists():
        return
    if not is_practice_file(folder / DATABASE):
        raise Unusable(f"{folder} is not a folder for practice. Nothing was removed.")
    try:
        with FileLock(folder / "fieldkit.lock", timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
    except Timeout:
        raise Unusable("fieldkit is open for practice. Quit it first.") from None


def _fill(folder: Path, real: Path) -> None:
    """Make the practice home: the area and the operator of the real one, made-up people."""
    name, district, block = _like(real)
    say(f"Making {_PEOPLE} made-up people to practise with ...")
    store = Store.open(folder)
    try:
        store.begin_practice()
        store.init(name, district, block)
        with tempfile.TemporaryDirectory() as made:
            write(Path(made), "jsonl", people=_PEOPLE, seed=1, district=district, block=block)
            for _ in load_folder(store, Path(made), operator="Sample"):
                pass
        store.use_operator(name)
    except BaseException:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)  # half of it would look whole
        raise
    store.close()


def _like(real: Path) -> tuple[str, int, int]:
    """Return who works where in the real home; a block of Budgam if that is not known."""
    if (real / DATABASE).exists() and not is_encrypted(real / DATABASE):
        store = Store.open(real)
        try:
            device = store.device
            if device is not None:
                name = operator_of(store) or device.name
                if device.block is not None:
                    return name, device.district, device.block
                return name, _BUDGAM, _CHADOORA
        finally:
            store.close()
    return _OPERATOR, _BUDGAM, _CHADOORA
