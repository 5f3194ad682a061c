"""A home with a few artisans, and lists as a portal exports them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from fieldkit.reconcile.comparison import Comparison, reconcile
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
    usual = {
        "relation": "SO",
        "gender": "M",
        "born": "1984-01-23",
        "village": "Wathoora",
        "trade_code": "CARP",
        "status": "SUBMITTED",
    }
    return put(
        store, Beneficiary, **{**usual, "name": name, "relation_name": father, **fields}
    )


@pytest.fixture
def compare(store: Store, tmp_path: Path) -> Iterator[Compare]:
    """Compare lines of a CSV: ``compare("beneficiary", "Name,Trade", "Ali,Mason")``."""
    with ExitStack() as open_ones:

        def compared(kind: str, *lines: str, **options: object) -> Comparison:
            path = tmp_path / "portal.csv"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            found = reconcile(store, kind, path, as_of=AS_OF, **options)  # type: ignore[arg-type]
            open_ones.callback(found.close)
            return found

        yield compared


def lines_of(found: Comparison) -> Sequence[int]:
    """Return the counts as a plain tuple."""
    return tuple(found.counts())
