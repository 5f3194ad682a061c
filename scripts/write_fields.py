"""Write docs/FIELDS.md, and the table of docs/server.md of who may write, from the declarations.

Run ``make fields`` after a change of a kind; tests compare the files with the declarations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from fieldkit import reference
from fieldkit.records import Choice, Field, Record, Reference, Severity, Value, kinds, rules_of

_DOCS = Path(__file__).resolve().parent.parent / "docs"
TARGET, SERVER = _DOCS / "FIELDS.md", _DOCS / "server.md"
_TABLE = re.compile(r"(?<=<!-- who may write -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
_MOST_LISTED = 12
_SEVERITY = {"block": "not saved", "reason": "confirm", "warn": "remark"}
_HEAD = """\
# Fields and rules

Written by `scripts/write_fields.py` from the classes in `src/fieldkit/records`; do not edit.

Few fields are *required*: those that identify the record, and those the scheme cannot do without.
Some are *due* before a step: the person's page shows them as missing, but the record is saved.
Every other field may stay empty.

A rule that says *not saved* keeps the record in the form; *confirm* asks whether it is meant;
*remark* is shown and saved. In an import nobody can answer: *not saved* puts the row into the file
of rejected rows, and the other two become remarks.

The laptop judges all rules before it saves. The server judges some of them again, because it knows
the records of all laptops: required fields, and the rules marked *again* below. It also looks for
references to records it does not have, and for people who may be the same. It refuses nothing for
that: each result is a *finding*, which travels with the record and is shown as *to check*. Only
what the server cannot store (a value that is not of its field's format, a record without a
district, a whole Aadhaar number) comes back with the reason, on the record and field concerned.

Four rules hold for every kind: a required field is filled (*not saved*); a referenced record is of
the right kind (*not saved*) and known on this laptop (*remark*, as it may still arrive); and an
event is not dated after today (*confirm*, as the laptop's clock may be wrong).

## Names that no source confirms

The lists come from the schemes' papers and portals as far as these were available; some entries
rest on general knowledge only (`src/fieldkit/reference/data/SOURCES.md`). They can be chosen and
stored like any other but are never shown as official: below, in the hint of a field that holds one,
and as `"confirmed": false` in `fieldkit kinds --json`, each is marked *not an official wording*.
Only the wording is unconfirmed, not what it says of the person.

Toolkit sets, grades of groups, categories, poverty ranks and registration acts are words that are
copied into official papers: their unconfirmed entries carry the mark in the label everywhere, in
lists, pages, events and searches. The other lists hold plain words (religion, marital status, the
state of a training), which claim nothing official: a mark on each would hide the marks that matter.

## What is required, and why
"""


def document() -> str:
    """Return the whole text of docs/FIELDS.md."""
    parts = [_HEAD, *_required(), *(line for kind in kinds().values() for line in _kind(kind))]
    return "\n".join(parts) + "\n"


def with_writers(text: str) -> str:
    """Return the text of docs/server.md with the present table of who may write."""
    return _TABLE.sub(lambda _: "\n".join(_writers()), text)


def _writers() -> Iterator[str]:
    yield from ("| records | entered by | changed by | deleted by | but |", "|---|---|---|---|---|")
    for kind in sorted(kinds().values(), key=lambda kind: kind.plural):
        rules = kind.writers
        roles = " | ".join((rules.create, rules.edit, rules.delete))
        yield f"| {kind.plural} | {roles} | {_cell('; '.join(_exceptions(kind)))} |"


def _exceptions(kind: type[Record]) -> Iterator[str]:
    """Give what needs another role than its record, in words."""
    rules, fields = kind.writers, kind.fields()
    for section, role in rules.sections.items():
        yield f"section {section}: {role}"
    for name in dict.fromkeys([*rules.fields, *rules.values]):
        roles: list[str] = [rules.fields[name]] if name in rules.fields else []
        roles += [
            f"*{fields[name].format.show(code)}* {role}"
            for code, role in rules.values.get(name, {}).items()
        ]
        yield f"{fields[name].label}: {', '.join(roles)}"


def _required() -> Iterator[str]:
    yield from ("| kind | field | why |", "|---|---|---|")
    for kind in kinds().values():
        for name, field in kind.form_fields().items():
            if field.required:
                yield f"| {kind.title} | {field.label} (`{name}`) | {field.required} |"
    yield ""


def _kind(kind: type[Record]) -> Iterator[str]:
    yield from (f"## {kind.plural} (`{kind.kind()}`)", "", (kind.__doc__ or "").strip(), "")
    for section, fields in groupby(kind.form_fields().items(), lambda item: item[1].section):
        yield from (f"### {section}", "", "| field | label | holds | notes |", "|---|---|---|---|")
        for name, field in fields:
            yield f"| `{name}` | {_cell(field.label)} | {_holds(field)} | {_notes(kind, field)} |"
        yield ""
    if rules_of(kind):
        yield from (
            "### Rules",
            "",
            "| rule | field | then | server | source |",
            "|---|---|---|---|---|",
        )
        for rule in rules_of(kind):
            says = _cell((rule.check.__doc__ or rule.name).strip())
            server = "again" if rule.across or rule.severity is Severity.BLOCK else ""
            cells = says, f"`{rule.field}`", _SEVERITY[rule.severity], server, _cell(rule.source)
            yield f"| {' | '.join(cells)} |"
        yield ""


def _holds(field: Field) -> str:
    """Return what the field holds: its format, or the entries or kinds to choose from."""
    if isinstance(field.format, Reference):
        return "record: " + " or ".join(f"`{kind}`" for kind in field.format.kinds)
    if not isinstance(field.format, Choice):
        return field.format.type
    entries = reference.options(field.format.list)
    if len(entries) > _MOST_LISTED:
        return f"list `{field.format.list}` ({len(entries)} entries)"
    return _cell("; ".join(f"{entry.code} {entry.marked_label}" for entry in entries))


def _notes(kind: type[Record], field: Field) -> str:
    """Return why and when a form shows the field, and its help."""
    notes = [f"**required**: {field.required}."] if field.required else []
    if field.replaced_by:
        now = kinds().get(field.replaced_by)
        by = now.title if now else kind.fields()[field.replaced_by].label
        notes.append(f"No longer asked: see {by}.")
    if field.due:
        notes.append(f"Due before {field.due}.")
    for condition in field.applies:
        shown = ", ".join(_value(value) for value in condition.values)
        notes.append(f"If {kind.fields()[condition.field].label}: {shown}.")
    return _cell(" ".join([*notes, field.help]).strip())


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "empty" if value is None else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
    server = with_writers(SERVER.read_text(encoding="utf-8"))
    SERVER.write_text(server, encoding="utf-8", newline="\n")
