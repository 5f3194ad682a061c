"""The sentence of a finding, made where it is shown.

A template names parameters in braces; the words after a colon say how one is written:
``{day:date}``, ``{amount:rupees}``, ``{name:label}`` (of a field of the kind), ``{wanted:title}``
(of a kind), or the name of a closed list: ``{state:toolkit_state}``. ``lower`` and ``quoted`` may
follow. ``{field}`` is the finding's own field. Several values are joined by "or", labels by ";".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from string import Formatter

from fieldkit.plain_text import shown
from fieldkit.protocol.limits import LONGEST_NAME, MOST_FIELDS
from fieldkit.protocol.messages.finding import Finding
from fieldkit.records.declaration.field import Field
from fieldkit.records.declaration.record import Record, kinds
from fieldkit.records.declaration.rule import rules_of
from fieldkit.records.fields.formats import Choice, Money, show_date

STAYS = " What you typed stays here. Show it to them."
"""The end of what is said of a change that a role may not make, once it is made."""
_ROLE = "; this laptop is enrolled for {has:role}." + STAYS
GENERAL: Mapping[str, str] = {
    # Of every kind.
    "required": "{field:label} is needed: {field:needed}.",
    "wrong_kind": (
        "{other} is another kind of record: {title:title} {other_name}. Enter: {wanted:title}."
    ),
    "unknown_record": "{wanted:title} {number} is not known here. Check the number.",
    "date_ahead": "{field:label}: {day:date} is in the future. Check the year.",
    "no_aadhaar": "This looks like an Aadhaar number. It is never kept: remove it.",
    # Of any change, on either side.
    "unsendable_field.many": f"A record can have at most {MOST_FIELDS} fields at once. Remove "
    "some.",
    "unsendable_field.large": "This is too much for one record. Shorten it.",
    "unsendable_field.name": f"The name of a field must have 1 to {LONGEST_NAME} characters. "
    "Change it.",
    "unsendable_field.own_name": "fieldkit itself uses this name. Use another name for the field.",
    "unsendable_field.deep": "This is nested too deep to be saved. Make it simpler.",
    "unsendable_field.character": "This has a character that cannot be saved. Type it by hand.",
    "unsendable_field.number": "This number is too large to be saved. Write it as text.",
    # Of an edit on this laptop.
    "deleted": "This record was deleted. If it is needed, restore it first: h on its page, then z.",
    "not_here": (
        "This record is no longer on this laptop: it is now in another area, or was discarded. "
        "Nothing was saved."
    ),
    "number.shape": ("A record number looks like 7KQ2M9XD-142. Leave it empty for a new record."),
    "number.ahead": ("This laptop has not given out this number. Leave it empty for a new record."),
    "number.taken": "Another record has this number. Leave it empty for a new record.",
    "number.other": (
        "This number is from another laptop, and its record is not here. Sync first. For a new "
        "record leave the number empty."
    ),
    # Of the server, about a record it keeps.
    "missing_parent": "{wanted:title} {number} is not on the server: not sent yet, or deleted. "
    "Check it after the next sync.",
    "same_person": "{other_name} ({other}) may be the same person. Alike: {alike:label}.",
    "merged_apart": (
        "{other_name} ({other}) is merged with this record, and somebody says that they are "
        "different people. Take one of the two back."
    ),
    "contested": "Somebody else changed this first. Both values are kept. Choose one.",
    "out_of_scope": "This record is outside the area of this laptop. Ask the supervisor.",
    "whole_ut": (
        "This belongs to the whole UT, and only an administrator of the whole UT may write it. "
        "Ask one to enter it."
    ),
    "base_ahead": (
        "This change was made on a version of the record that the server never had. Check the "
        "record as it is now, and save it again."
    ),
    "other_number": (
        "This record number is from another laptop. Sync. If its record does not come, enter it "
        "as a new one."
    ),
    "entry_refused": "The record itself was returned, so this change waits here with it. Correct "
    "the record first.",
    "late": (
        "This laptop no longer has the area of this record. The supervisor there decides whether "
        "to accept this. Until then it stays here unchanged."
    ),
    "waiting": (
        "The server does not have this record yet. This change is accepted once the laptop where "
        "the record was entered has synced."
    ),
    "left_out": "The supervisor of the area of this record did not accept this. Ask them why.",
    "unsettled_full": (
        "Too many changes from this laptop are waiting for supervisors. Ask them to decide on "
        "those, then save this again."
    ),
    "role.create": "Only {needs:writers} may enter this" + _ROLE,
    "role.edit": "Only {needs:writers} may change this" + _ROLE,
    "role.field": "Only {needs:writers} may enter this here" + _ROLE,
    "role.delete": "Only {needs:writers} may delete this" + _ROLE,
    "role.move": "Only {needs:writers} may move this to another area" + _ROLE,
    "role.merge": "Only {needs:writers} may decide that two records are the same person" + _ROLE,
    "role.send_back": "Only {needs:writers} may send this back or accept it" + _ROLE,
    "role.settle": "Only {needs:writers} may settle the values of others" + _ROLE,
    "unfitting.no_district": "The record has no district. Choose it again.",
    "unfitting.unknown_district": "The server does not know this district. Choose it again.",
    "unfitting.decision": "This decision has no field. Decide it again.",
    "unfitting.value": "{field:label}: {why}",
    "unfitting.sort": "{field:label}: this value is not of the right type. Enter it again.",
    "unfitting.place": "This change came in the wrong order. Save it again.",
    "unfitting.operator": "This has a character that cannot be saved. Type it again.",
    "unfitting.unreadable": "The server cannot read this change. Save it again.",
    "unfitting.half_characters": "This has broken characters. Type it again.",
}
"""By the code of what no rule of a kind finds."""

OUTSIDE = "outside"
"""The variant of any rule, for a laptop that may not know which other records a finding names."""
_OUTSIDE = (
    "This does not fit a record outside the area of this laptop. Ask the supervisor of the "
    "district, who can see both."
)
_UNKNOWN = "{}: there is something to check here. Update fieldkit to see what."


def sentence(finding: Finding) -> str:
    """Return the sentence of a finding.

    A code or a parameter that only another version knows gives a general sentence.
    """
    if finding.text:
        return shown(finding.text)
    kind = kinds().get(finding.kind)
    params = {**finding.params, "field": finding.field}
    try:
        return shown(_Sentence(kind).vformat(_template(finding, kind), (), params))
    except (KeyError, ValueError, TypeError, IndexError):
        field = kind.fields().get(finding.field) if kind else None
        return _UNKNOWN.format(field.label if field else "This record")


def _template(finding: Finding, kind: type[Record] | None) -> str:
    """Return the template of a finding; KeyError for a code not known here."""
    variant = finding.rule.partition(".")[2]
    if variant == OUTSIDE:
        return _OUTSIDE
    for rule in rules_of(kind) if kind else ():
        if (rule.name, rule.field) == (finding.name, finding.field):
            return rule.says[variant]
    return GENERAL[finding.rule]


class _Sentence(Formatter):
    """Fills in a template about a record of a kind."""

    def __init__(self, kind: type[Record] | None) -> None:
        self._fields = kind.fields() if kind else Record.fields()

    def format_field(self, value: object, format_spec: str) -> str:
        """Write one parameter as the words of its template say."""
        form, *marks = format_spec.split() or [""]
        if isinstance(value, list | tuple):
            joined = "; " if form == "label" else " or "
            return joined.join(self.format_field(one, format_spec) for one in value)
        text = self._written(value, form)
        text = text.casefold() if "lower" in marks else text
        return f'"{text}"' if "quoted" in marks else text

    def _written(self, value: object, form: str) -> str:
        if form == "":
            return str(value)
        if not isinstance(value, str | int):
            raise TypeError(form)
        if of_field := _OF_FIELDS.get(form):
            return of_field(self._fields[str(value)])
        return _FORMS.get(form, Choice(form).show)(value)


_ROLES: Mapping[str | int, str] = {
    "viewer": "a viewer",
    "registrar": "a registrar",
    "operator": "an operator",
    "supervisor": "a supervisor",
    "administrator": "an administrator",
}
_WRITERS: Mapping[str | int, str] = {
    "registrar": "a registrar, an operator or a supervisor",
    "operator": "an operator or a supervisor",
    "supervisor": "a supervisor",
    "administrator": "an administrator",
}
"""Who may do what needs this role."""
_FORMS: Mapping[str, Callable[[str | int], str]] = {
    "date": lambda day: show_date(date.fromisoformat(str(day))),
    "rupees": Money().show,
    "title": lambda kind: kinds()[str(kind)].title,
    "role": lambda role: _ROLES[role],
    "writers": lambda role: _WRITERS[role],
}
_OF_FIELDS: Mapping[str, Callable[[Field], str]] = {
    "label": lambda field: field.label,
    "needed": lambda field: field.required,
}
"""How a parameter is written, by the first word behind its colon: any other names a list."""
