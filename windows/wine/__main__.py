"""Install fieldkit under Wine and check it: ``python -m windows.wine INSTALLER``.

Prints a line for each check; ends with 1 if one failed.
"""

from __future__ import annotations

import argparse
import shutil
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from statistics import median

from windows.build import MADE
from windows.wine.checks import CHECKS, installed_over, uninstalled
from windows.wine.laptop import Laptop
from windows.wine.prefix import Prefix
from windows.wine.suite import part_of_the_suite_passes

_STARTS = 2


def main() -> None:
    """Run all checks, or those whose names are given."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("installer", type=Path, nargs="?", default=MADE)
    given.add_argument("--only", nargs="*", default=(), metavar="CHECK")
    args = given.parse_args()
    folder = args.installer.resolve().parent / "prefix-of-checks"
    shutil.rmtree(folder, ignore_errors=True)
    failed = 0
    with Prefix(folder) as prefix:
        laptop = Laptop(prefix, args.installer)
        begun = time.monotonic()
        ran = laptop.install()
        if ran.code:
            raise SystemExit(f"The installer ended with {ran.code}. {ran.text}")
        print(f"ok      installed in {time.monotonic() - begun:.0f} s")
        for check in (*CHECKS, starts, part_of_the_suite_passes, installed_over, uninstalled):
            if not args.only or check.__name__ in args.only:
                failed += not _holds(check, laptop)
        laptop.close()
    raise SystemExit(1 if failed else 0)


def starts(laptop: Laptop) -> str:
    """Measure the first and the later starts of a command on a home, in seconds."""
    home = laptop.files / "starts"
    first = laptop.seconds("init", "--name", "Asha", "--district", "2", home=home)
    later = median(laptop.seconds("status", home=home) for _ in range(_STARTS))
    bare = median(laptop.seconds("--version", home=home) for _ in range(_STARTS))
    return f"a new home {first:.1f} s, status {later:.1f} s, --version {bare:.1f} s"


def _holds(check: Callable[[Laptop], str | None], laptop: Laptop) -> bool:
    begun, name = time.monotonic(), check.__name__.replace("_", " ")
    try:
        said = check(laptop)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAILED  {name}, line {where.lineno} of {Path(where.filename).name}: {error}")
        return False
    more = f": {said}" if said else ""
    print(f"ok      {name}{more} ({time.monotonic() - begun:.0f} s)", flush=True)
    return True


if __name__ == "__main__":
    main()
