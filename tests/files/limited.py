"""Opens a file in a process that may not have more memory than a laptop spares."""

from __future__ import annotations

import sys
from pathlib import Path

from fieldkit.files.tables.open import open_records
from fieldkit.files.tables.table import Table, Unreadable


def read_limited(path: Path, most: int, seconds: int) -> None:
    """Print how many rows are read, or why the file is refused.

    ``most``: bytes of data beyond those the process has; one that needs more ends with a
    MemoryError. ``seconds``: of the processor.
    """
    import resource

    limit = _data() + most
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        with open_records(path) as file:
            assert isinstance(file, Table)
            rows = sum(1 for _ in file.rows)
    except Unreadable as problem:
        sys.stdout.write(f"refused {problem}\n")
    else:
        sys.stdout.write(f"read {rows}\n")


def _data() -> int:
    import resource

    figures = Path("/proc/self/statm").read_text(encoding="ascii")
    return int(figures.split()[5]) * resource.getpagesize()
