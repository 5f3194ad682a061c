"""The fields of one form together: their values, and what follows from them.

Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from fieldkit.protocol.difference import other_number
from fieldkit.protocol.messages.scope import WHOLE_UT, Scope
from fieldkit.protocol.note import LONGEST_NOTE, noted_field, notes_in
from fieldkit.records import (
    Finding,
    Nothing,
    Record,
    RuleContext,
    Severity,
    Value,
    judge,
    sentence,
)
from fieldkit.records.fields.formats import today
from fieldkit.screens.form.entry.form_field import FormField


class FormFields:
    """The fields of a form of one kind, as filled so far."""

    def __init__(
        self,
        kind: type[Record],
        record: Record | None,
        place: Mapping[str, Value] | None,
        known: Nothing | None = None,
    ) -> None:
        """``record``: the one that is corrected; ``place``: its district and block, which few
        forms ask for.

        ``known``: the limits that rules compare with.
        """
        self._known = known or Nothing()
        self.kind, self.record = kind, record
        declared = kind.asked_fields()
        self.fields = {name: FormField(name, field) for name, field in declared.items()}
        self.sections = list(dict.fromkeys(field.section for field in declared.values()))
        self.unasked: dict[str, str] = {}
        """Texts of a draft whose fields no longer exist: kept, and shown to be typed elsewhere."""
        self.different: set[str] = set()
        """The numbers of those of whom the operator says that they are not this person."""
        self.noted = notes_in(record.extra) if record else {}
        """The notes that the record has, by the field they are on."""
        self.notes = dict(self.noted)
        """The notes as they are now."""
        self._place = dict(place or {})
        self.scope: Scope | None = None
        """The area that the server takes changes for from this laptop; None: not known."""

    def fill(self, texts: Mapping[str, str]) -> None:
        """Open every field; ``texts`` are put over what the record holds, as if typed."""
        for name, one in self.fields.items():
            given = self.record.value(name) if self.record else self._place.get(name)
            one.open(given, new=self.record is None)
        self._read_all()
        if self.record is not None or self._place.keys() & self.fields.keys():
            for name, value in self.kind.derive(self.values).items():
                if name in self.fields and self.fields[name].value == value:
                    self.fields[name].offered = self.fields[name].text
        for name in texts.keys() & self.fields.keys():
            if self.record is not None:  # what the record says can be undone to
                self.fields[name].remember()
            self.fields[name].box.put(texts[name])
        others = {n: text for n, text in texts.items() if text and n not in self.fields}
        self.different = {number for name in others if (number := other_number(name))}
        self.unasked = {
            name: text
            for name, text in others.items()
            if not other_number(name) and noted_field(name) not in self.fields
        }
        self._read_notes(texts)
        self._read_all()
        if texts:
            self.follow()
            self.judge(())

    def _read_notes(self, texts: Mapping[str, str]) -> None:
        """Take the notes of a draft; an empty one was removed."""
        for name, text in texts.items():
            if (noted := noted_field(name)) in self.fields:
                self.notes[noted] = text[:LONGEST_NOTE]
        self.notes = {name: text for name, text in self.notes.items() if text}

    @property
    def changed_notes(self) -> dict[str, str]:
        """The notes that are other than those of the record; an empty one was removed."""
        return {
            name: self.notes.get(name, "")
            for name in self.noted | self.notes
            if self.notes.get(name) != self.noted.get(name)
        }

    # --- what they hold ---

    @property
    def values(self) -> dict[str, Value]:
        """All values by field, including district and block."""
        return self._place | {name: one.value for name, one in self.fields.items()}

    def applies(self, name: str) -> bool:
        """Say whether a field applies to the record as filled so far."""
        return self.fields[name].field.asked(self.values)

    def in_section(self, section: str) -> list[FormField]:
        """Return the fields of a section, in order."""
        return [one for one in self.fields.values() if one.field.section == section]

    def within(self, one: FormField) -> Value:
        """Return the value that narrows a field's list."""
        name = one.nested_in
        return self.fields[name].value if name in self.fields else self._place.get(name)

    # --- what follows from it ---

    def _read_all(self) -> None:
        for one in self.fields.values():
            one.read()
        self.read_nested()

    def read_nested(self) -> None:
        """Read the fields whose list another field narrows."""
        for one in self.fields.values():
            if one.nested_in:
                one.read(self.within(one))

    def follow(self) -> None:
        """Fill in what follows from the values, where nothing else was typed."""
        followed = self.kind.derive(self.values)
        for name, one in self.fields.items():
            if one.text != one.offered:
                continue
            value = followed.get(name)
            text = "" if value is None else one.field.format.edit(value)
            if text != one.text:
                one.set_typed(text)
                one.read(self.within(one))
            one.offered = text

    def _outside(self) -> Iterator[Finding]:
        """Say of a chosen area that the server will not take it from this laptop."""
        district, block = self.values.get("district"), self.values.get("block")
        if self.scope is None or "district" not in self.fields or not isinstance(district, int):
            return
        if not self.scope.writes(district, block if isinstance(block, int) else None):
            rule = "whole_ut" if district == WHOLE_UT else "out_of_scope"
            yield Finding(self.kind.kind(), "", "district", rule, severity=Severity.WARN)

    def judge(self, seen: Collection[str]) -> None:
        """Note beside the fields what those rules say that need no other record.

        ``seen``: the fields in which the cursor was; what is empty elsewhere is no fault yet.
        """
        notes: dict[str, tuple[str, bool]] = {}
        context = RuleContext(today(), self.record, self._known)
        for finding in (*self._outside(), *judge(self.kind.of(self.values), context)):
            remark = finding.severity is not Severity.BLOCK
            if finding.rule != "required" and (
                finding.field not in notes or (notes[finding.field][1] and not remark)
            ):
                notes[finding.field] = sentence(finding), remark
        for name, one in self.fields.items():
            shown = name in seen or (one.changed if self.record is None else one.text)
            one.finding, one.remark = ("", False)
            if shown and not one.confirmed:
                one.finding, one.remark = notes.get(name, ("", False))
