"""Closed lists by name, as options.

Most lists are rows of ``code_lists.csv`` (used by the schemes) and ``form_lists.csv`` (used only by
forms); the others come from a file with facts of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from fieldkit.reference.choices import MARK_BEFORE, Option
from fieldkit.reference.tables import rows

_DOUBTS = re.compile(r"(?i)inferred|(un|not )confirmed|general knowledge")
_DESIGNATIONS = frozenset({"toolkit", "shg_grade", "category", "pip_category", "registration_act"})
"""Lists whose labels are copied into official papers: unconfirmed entries carry the mark in their
label, wherever it is shown. Other lists hold plain words (religion, a step done) that claim nothing
official; a mark on each of them would hide the marks that matter."""


def options(list_name: str) -> tuple[Option, ...]:
    """Return the entries of a list in display order.

    Raises:
        KeyError: there is no list of that name.
    """
    return tuple(_by_code(list_name).values())


def option(list_name: str, code: object) -> Option | None:
    """Return the entry with this code, or None if the list has none.

    Raises:
        KeyError: there is no list of that name.
    """
    known = _by_code(list_name)
    if isinstance(code, bool) or not isinstance(code, str | int):
        return None
    return known.get(code)


def sector_of(livelihood: object) -> str:
    """Return the code of the sector that a livelihood belongs to; empty if it has none."""
    return _sectors().get(livelihood, "") if isinstance(livelihood, str) else ""


@cache
def _sectors() -> dict[str, str]:
    return {row["code"]: row["sector"] for row in rows("livelihoods")}


@cache
def _by_code(list_name: str) -> dict[str | int, Option]:
    make = _OWN_FILE.get(list_name)
    entries = make() if make else _code_lists().get(list_name)
    if entries is None:
        raise KeyError(f"there is no list named {list_name!r} in the reference data")
    if list_name in _DESIGNATIONS:
        entries = [_marked(entry) for entry in entries]
    return {entry.code: entry for entry in entries}


def _marked(entry: Option) -> Option:
    """Put the mark into the label; the bare label and the earlier mark still match when typed."""
    if entry.confirmed:
        return entry
    also = (entry.label, f"{entry.label} {MARK_BEFORE}", *entry.also)
    return replace(entry, label=entry.marked_label, also=also)


@cache
def _code_lists() -> dict[str, list[Option]]:
    lists: dict[str, list[tuple[int, Option]]] = {}
    for name in ("code_lists", "form_lists"):
        for row in rows(name):
            label, confirmed = row["label"], not _doubted(row["source"])
            also = (*_without_brackets(label), *_other_names(row.get("also", ""), "|"))
            entry = Option(row["code"], label, confirmed, also=also)
            lists.setdefault(row["list"], []).append((int(row["order"]), entry))
    return {
        name: [entry for _, entry in sorted(entries, key=lambda placed: placed[0])]
        for name, entries in lists.items()
    }


def _doubted(source: str) -> bool:
    return bool(_DOUBTS.search(source))


def _metrics() -> list[Option]:
    return [
        Option(row["code"], row["label"], within=row["unit"], also=_other_labels(row["also"]))
        for row in rows("metrics")
    ]


def _other_labels(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split("|")))


def _districts() -> list[Option]:
    return [
        Option(
            int(row["district_lgd"]),
            row["district_name"],
            also=(row["short_code"], *_other_names(row["alt_spellings"], "|")),
        )
        for row in rows("districts")
    ]


def _record_districts() -> list[Option]:
    """Return where a record may belong: to the whole UT, or to a district."""
    names = ("UT", "J&K", "J & K UT", "UT of J&K", "Jammu and Kashmir", "All districts", "State")
    return [Option(0, "Whole UT", also=names), *_districts()]


def _places(table: str, code: str, name: str) -> list[Option]:
    return [
        Option(
            int(row[code]),
            row[name],
            within=int(row["district_lgd"]),
            also=_without_brackets(row[name]),
        )
        for row in rows(table)
    ]


def _blocks() -> list[Option]:
    return _places("blocks", "block_lgd", "block_name")


def _tehsils() -> list[Option]:
    return _places("tehsils", "tehsil_lgd", "tehsil_name")


def _urban_local_bodies() -> list[Option]:
    return _places("urban_local_bodies", "localbody_lgd", "localbody_name")


def _trades() -> list[Option]:
    return [
        Option(
            row["trade_code"],
            row["official_name"],
            also=tuple(
                dict.fromkeys(
                    [
                        *_without_brackets(row["official_name"]),
                        *_other_names(row["bracketed_local_name"], "/"),
                        *_other_names(row["name_hi"], "/"),
                        *_other_names(row["name_ur_unconfirmed"], "/"),
                        *_other_names(row["name_ks_roman_unconfirmed"], "/"),
                    ]
                )
            ),
        )
        for row in rows("trades")
    ]


def _toolkits() -> list[Option]:
    trades = _by_code("trade")
    entries = []
    for row in rows("toolkits"):
        trade = trades[row["trade_code"]]
        label = f"{_without(trade.label)}, {row['set_label'].replace('SET', 'Set')}"
        # The sets come from a supplier's app; no official list is known (SOURCES.md).
        entries.append(Option(row["toolkit_code"], label, False, trade.code, trade.also))
    return entries


def _banks() -> list[Option]:
    return [Option(row["bank_code"], row["bank_name"]) for row in rows("banks")]


def _education() -> list[Option]:
    """Levels of LokOS; levels that LokOS lacks are our own and unconfirmed."""
    return [
        Option(
            row["code"],
            row["label"],
            confirmed=bool(row["lokos_value"]),
            also=(
                *_without_brackets(row["label"]),
                *_other_names(row["lokos_value"], "|"),
                *_other_names(row["also"], "|"),
            ),
        )
        for row in rows("education_levels")
    ]


def _categories() -> list[Option]:
    """Categories; only the first clause of a note is about the entry itself."""
    return [
        Option(
            row["code"],
            row["label"],
            confirmed=not _doubted(row["note"].partition(";")[0]),
            also=_without_brackets(row["label"]),
        )
        for row in rows("social_categories")
    ]


def _livelihoods() -> list[Option]:
    return [
        Option(row["code"], row["lokos_label"], also=(row["bucket"],))
        for row in rows("livelihoods")
    ]


def _cadres() -> list[Option]:
    return [
        Option(row["code"], row["lokos_label"], also=_other_names(row["also_called"], "/"))
        for row in rows("cadre_roles")
    ]


def _training_partners() -> list[Option]:
    return [
        Option(
            row["code"],
            _without(row["name"]),
            confirmed=not _doubted(row["name"]),
            also=() if _doubted(row["name"]) else _without_brackets(row["name"]),
        )
        for row in rows("training_partners")
    ]


def _without(text: str) -> str:
    """Remove brackets and the text in them."""
    return " ".join(re.sub(r"\([^)]*\)", " ", text).split())


def _without_brackets(label: str) -> tuple[str, ...]:
    """Return the names inside a label: its parts outside and inside brackets."""
    if "(" not in label and " / " not in label:
        return ()
    inside = [name for held in re.findall(r"\(([^)]*)\)", label) for name in held.split("/")]
    names = [*_without(label).split(" / "), *inside]
    return tuple(name.strip() for name in names if name.strip() != label)


def _other_names(text: str, mark: str) -> tuple[str, ...]:
    return tuple(name for part in text.split(mark) if (name := _without(part)))


_OWN_FILE: dict[str, Callable[[], list[Option]]] = {
    "district": _districts,
    "record_district": _record_districts,
    "block": _blocks,
    "tehsil": _tehsils,
    "ulb": _urban_local_bodies,
    "trade": _trades,
    "toolkit": _toolkits,
    "bank": _banks,
    "education": _education,
    "category": _categories,
    "livelihood": _livelihoods,
    "cadre": _cadres,
    "training_partner": _training_partners,
    "metric": _metrics,
}
