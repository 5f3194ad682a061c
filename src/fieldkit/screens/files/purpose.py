"""What a table is read for, once it is known what its columns hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fieldkit.screens.base.page import Page

if TYPE_CHECKING:
    from fieldkit.files import Choices, Preview
    from fieldkit.records import Record
    from fieldkit.store import Store


class Purpose(NamedTuple):
    """What the steps of a file lead to."""

    title: str
    last: Callable[[type[Record]], str]
    """Returns the words of the row that goes on behind the first rows."""
    preview: Callable[[Store, Path, type[Record], Choices | None], Preview]
    """Returns how a file is understood."""
    labels: Callable[[type[Record]], Mapping[str, str]]
    """Returns what a column can hold."""
    open: Callable[[type[Record], Path, Choices | None], Page[str]]
    """Returns the page that goes on; see :class:`LoadPage` for how it ends."""
    verb: str = "load"
    """What is done with the rows, as the line of keys says it."""
    new: bool = True
    """Whether the rows become records."""


def _preview(store: Store, path: Path, kind: type[Record], choices: Choices | None) -> Preview:
    from fieldkit.files import preview

    home = store.device.district if store.device else 0
    return preview(path, kind.kind(), choices=choices, home=home, known=store)


def _labels(kind: type[Record]) -> Mapping[str, str]:
    from fieldkit.files import targets

    return targets(kind)


def _load(kind: type[Record], path: Path, choices: Choices | None) -> Page[str]:
    from fieldkit.screens.files.load_page import LoadPage

    return LoadPage(kind, path, choices)


IMPORT = Purpose(
    "Import", lambda kind: f"Load these rows as {kind.plural.lower()}", _preview, _labels, _load
)
