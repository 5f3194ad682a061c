"""Home folders, and rosters as offices write them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fieldkit.files import Loaded, load
from fieldkit.store import Store

HEADINGS = 'S.No.,Name of Beneficiary,"S/o, D/o, W/o",Mobile No.,Trade,Date of Birth'
Home = Callable[[], Store]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """Open one fresh home after another: district Budgam, block Chadoora."""
    opened: list[Store] = []

    def fresh() -> Store:
        store = Store.open(tmp_path / f"home-{len(opened)}")
        store.init("Asha", 2, 16)
        opened.append(store)
        return store

    yield fresh
    for store in opened:
        store.close()


@pytest.fixture
def store(home: Home) -> Store:
    return home()


Roster = Callable[..., Loaded]


@pytest.fixture
def roster(store: Store, tmp_path: Path) -> Roster:
    """Import lines of a CSV as artisans: ``roster("1,Ali Lone,...", headings=...)``."""

    def loaded(*lines: str, headings: str = HEADINGS, kind: str = "beneficiary") -> Loaded:
        path = tmp_path / "roster.csv"
        path.write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
        return load(store, kind, path, operator="Asha")

    return loaded
