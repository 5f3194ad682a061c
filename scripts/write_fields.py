"""Write docs/FIELDS.md: every kind, its fields and rules, from their declarations.

Run ``python scripts/write_fields.py`` after a change of a kind; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from fieldkit import reference
from fieldkit.records import Choice, Field, Record, Reference, Value, kinds, rules_of

TARGET = Path(__file__).resolve().parent.parent / "docs" / "FIELDS.md"
_MOST_LISTED = 12
_SEVERITY = {"block": "not saved", "reason": "confirm", "warn": "remark"}
_HEAD = """\
# Fields and rules

Written by `scripts/write_fields.py` from the classes in `src/fieldkit/records`; do not edit.

Few fields are *required*: what identifies the record, and what the scheme cannot do without. Some
are *due* before a step: the person's page shows them as missing, the record is saved all the same.
Every other field may stay empty.

A rule that says *not saved* keeps the record in the form; *confirm* asks whether it is meant;
*remark* is shown and saved. From a file, where nobody can be asked, *not saved* puts the row among
those handed back, and the other two are remarks.

Rules are judged on the laptop alone. The server judges none of them again: it keeps every change it
is sent, and what it cannot take (a value that is not of its field's format, a record without a
district, a whole Aadhaar number) comes back with the reason, on the record and field concerned.

Four rules hold for every kind: a required field is filled (*not saved*); a record that is referred
to is of the kind asked for (*not saved*) and known here (*remark*, for it may yet arrive); and what
has happened is not dated after today (*confirm*, for the laptop's clock may be wrong).

## Names that no source confirms

The lists are from the schemes' papers and portals as far as these could be had; for some entries
only general knowledge stands (`src/fieldkit/reference/data/SOURCES.md`). They are chosen and kept
like any other and never shown as official: below, in the hint of a field that holds one, and as
`"confirmed": false` in `fieldkit kinds --json` each is marked as a *name unconfirmed*. It is the
wording that is unconfirmed, not what it says of the person.

Toolkit sets, grades of groups, categories, poverty ranks and registration acts are words that go
from here into official papers: their unconfirmed entries carry the mark in the label wherever it
stands, in lists, pages, events and searches as well. The other lists hold plain words (religion,
marital status, the step a training has reached), which claim nothing official: a mark behind each
would be noise that hides the marks that matter.

## What is required, and why
"""


def document() -> str:
    """Return the whole text of docs/FIELDS.md."""
    parts = [_HEAD, *_required(), *(line for kind in kinds().values() for line in _kind(kind))]
    return "\n".join(parts) + "\n"


def _required() -> Iterator[str]:
    yield from ("| kind | field | why |", "|---|---|---|")
    for kind in kinds().values():
        for name, field in kind.form_fields().items():
            if field.required:
                yield f"| {kind.title} | {field.label} (`{name}`) | {field.required} |"
    yield ""


def _kind(kind: type[Record]) -> Iterator[str]:
    yield from (f"## {kind.plural} (`{kind.kind()}`)", "", (kind.__doc__ or "").strip(), "")
    for section, asked in groupby(kind.form_fields().items(), lambda item: item[1].section):
        yield from (f"### {section}", "", "| field | label | holds | asked |", "|---|---|---|---|")
        for name, field in asked:
            yield f"| `{name}` | {_cell(field.label)} | {_holds(field)} | {_asked(kind, field)} |"
        yield ""
    if rules_of(kind):
        yield from ("### Rules", "", "| rule | beside | then | source |", "|---|---|---|---|")
        for rule in rules_of(kind):
            says = _cell((rule.check.__doc__ or rule.name).strip())
            yield f"| {says} | `{rule.field}` | {_SEVERITY[rule.severity]} | {_cell(rule.source)} |"
        yield ""


def _holds(field: Field) -> str:
    """Say what the field holds: its format, or the entries or kinds to choose from."""
    if isinstance(field.format, Reference):
        return "record: " + " or ".join(f"`{kind}`" for kind in field.format.kinds)
    if not isinstance(field.format, Choice):
        return field.format.type
    entries = reference.options(field.format.list)
    if len(entries) > _MOST_LISTED:
        return f"list `{field.format.list}` ({len(entries)} entries)"
    return _cell("; ".join(f"{entry.code} {entry.marked_label}" for entry in entries))


def _asked(kind: type[Record], field: Field) -> str:
    """Say when the field is asked, and what is said about it."""
    said = [f"**required**: {field.required}."] if field.required else []
    if field.due:
        said.append(f"Due before {field.due}.")
    for condition in field.applies:
        shown = ", ".join(_value(value) for value in condition.values)
        said.append(f"If {kind.fields()[condition.field].label}: {shown}.")
    return _cell(" ".join([*said, field.help]).strip())


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
