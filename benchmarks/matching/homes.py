"""A home with the made-up roster, built once and kept."""

import json
from pathlib import Path

from benchmarks.homes import KEPT, fieldkit, new_home
from benchmarks.matching.people import Resident


def home_of(listed: list[Resident]) -> Path:
    """Return a home whose record numbers follow the order of these people."""
    home = KEPT / f"matching-{len(listed)}"
    if not home.exists():
        making = new_home(home.with_suffix(".making"))
        file = making / "roster.jsonl"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(f"{json.dumps(one.values())}\n" for one in listed)
        fieldkit(making, "import", "beneficiary", str(file), "--json")
        making.rename(home)
    return home
