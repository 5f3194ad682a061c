"""Nothing above the records names a kind to decide what to do: the declarations say it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fieldkit
from fieldkit.records import kinds

PACKAGE = Path(fieldkit.__file__).parent
ABOVE = ("screens", "store", "sync", "server", "files", "app.py", "schema.py", "cli.py")
DOMAINS = {
    path.name
    for path in (PACKAGE / "records").iterdir()
    if path.is_dir() and path.name not in {"declaration", "fields", "__pycache__"}
}
NAMES = {*kinds(), *(f"{name}_id" for name in kinds())}
COMMANDS = {"cli.py": {"target", "snapshot"}}
"""Commands that are called as a kind is."""
CLASSES = {kind.__name__ for kind in kinds().values()}


def sources() -> list[Path]:
    found = [PACKAGE / name for name in ABOVE]
    return sorted(path for one in found for path in ([one] if one.is_file() else one.rglob("*.py")))


def named_kinds(source: str) -> Iterator[str]:
    """Yield the kinds a source names in strings, keywords and imports, and the domains it loads."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=str(text)) if text in NAMES:
                yield text
            case ast.keyword(arg=str(name)) if name.endswith("_id") and name in NAMES:
                yield name
            case ast.Attribute(attr=name) if name.endswith("_id") and name in NAMES:
                yield name
            case ast.ImportFrom(module=str(module), names=names):
                yield from (name.name for name in names if name.name in CLASSES)
                yield from (part for part in module.split(".")[2:3] if part in DOMAINS)
            case ast.Import(names=names):
                yield from (name.name for name in names if DOMAINS & {*name.name.split(".")})


def test_the_domains_are_found() -> None:
    assert {"artisans", "training", "credit", "community", "outreach"} <= DOMAINS


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_above_the_records_names_a_kind(path: Path) -> None:
    assert {*named_kinds(path.read_text(encoding="utf-8"))} <= COMMANDS.get(path.name, set())


@pytest.mark.parametrize(
    "source",
    [
        'store.page("toolkit")',
        "store.where(kind, beneficiary_id=one)",
        "record.beneficiary_id",
        "from fieldkit.records import Toolkit",
        "from fieldkit.records.artisans.toolkit import anything",
        "import fieldkit.records.credit.loan",
    ],
)
def test_the_scan_sees_what_names_a_kind(source: str) -> None:
    assert list(named_kinds(source))
