"""Read the package data."""

from __future__ import annotations

import csv
from collections.abc import Iterator


def rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of ``data/<name>.csv`` as dicts by column, with unchanged texts."""
    from importlib.resources import files  # slow to import, so only when data is read

    text = (files("fieldkit.reference") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
