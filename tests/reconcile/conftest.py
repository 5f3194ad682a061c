"""A home with a few artisans, and lists as a portal exports them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from fieldkit.reconcile.comparison import Comparison, reconcile
from fieldkit.reconcile.rows import Outcome, Row
from fieldkit.records import Record, Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Edit, Store

AS_OF = date(2026, 9, 26)
Compare = Callable[..., Comparison]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "home")
    opened.init("Asha", 2, 16)
    yield opened
    opened.close()


def put(store: Store, kind: type[Record], **fields: Value) -> str:
    """Save one record and return its number."""
    return store.save([Edit(kind, fields)], "Asha")[0].id


def artisan(store: Store, name: str, father: str, **fields: Value) -> str:
    usual: dict[str, Value] = {
        "relation": "SO",
        "gender": "M",
        "born": "1984-01-23",
        "village": "Wathoora",
        "trade_code": "CARP",
        "status": "SUBMITTED",
    }
    return put(store, Beneficiary, **{**usual, "name": name, "relation_name": father, **fields})


@pytest.fixture
def compare(store: Store, tmp_path: Path) -> Iterator[Compare]:
    """Compare lines of a CSV: ``compare("beneficiary", "Name,Trade", "Ali,Mason")``."""
    with ExitStack() as open_ones:

        def compared(kind: str, *lines: str, path: Path | None = None) -> Comparison:
            if path is None:
                path = tmp_path / "portal.csv"
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            found = reconcile(store, kind, path, as_of=AS_OF)
            open_ones.callback(found.close)
            return found

        yield compared


def rows(found: Comparison, outcome: Outcome) -> list[Row]:
    """Return the rows with an outcome."""
    return [row for some in found.rows.chunks(outcome) for row in some]


def differing(found: Comparison) -> dict[str, list[str]]:
    """Return the fields that differ, by the name of the record."""
    return {row.label: [one.field for one in row.differing] for row in rows(found, Outcome.DIFFERS)}


def missing(found: Comparison) -> list[str]:
    """Return the names of the records that the list lacks."""
    return [name for _, name, _ in found.rows.missing()]
