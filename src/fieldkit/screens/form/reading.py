"""What a form reads from the store: the record it starts from, and what a reference could mean.

Everything except :func:`base_of` runs in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fieldkit import reference
from fieldkit.protocol.identity import read_id
from fieldkit.protocol.messages.scope import Scope
from fieldkit.records import Choice, Record, Use, Value, kinds
from fieldkit.records.declaration.field import Field
from fieldkit.records.declaration.rule import OnlyLimits
from fieldkit.records.declaration.sent_back import open_note
from fieldkit.screens.form.entry.completion import NameWords
from fieldkit.screens.form.entry.form_field import Candidate
from fieldkit.screens.form.view.panel import lower
from fieldkit.screens.lookup.entry_choices import EntryChoices, read_choices
from fieldkit.screens.lookup.issues import by_field, denied
from fieldkit.screens.lookup.rows import NOT_HERE, label_of
from fieldkit.screens.lookup.twice import fields_asked_twice
from fieldkit.store import Draft, Hit, Store, StoreError

_LIKELY = 0.9
_RECENT = 10
"""Records saved last whose values are offered first."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a form starts from."""

    record: Record | None
    place: dict[str, Value]
    """District and block, which few forms ask for."""
    label: str
    """What the record is called."""
    last: dict[str, str]
    """Texts of the record of this kind that the operator saved last, but what is its own."""
    recent: Mapping[str, Sequence[str]]
    """What the operator entered of late in each open list, the last first."""
    choices: EntryChoices
    """What the operator chose for forms."""
    issues: Mapping[str, str]
    """What the server objects to, as a sentence by field."""
    denied: Mapping[str, str]
    """What the server will not take from this laptop's role, as a sentence by field."""
    begun: Mapping[str, str]
    """What it is called to begin a record that is missing, by each kind that may be begun."""
    limits: OnlyLimits
    """The limits of the schemes that rules compare with."""
    names: NameWords
    """The words of names common in the district."""
    scope: Scope | None
    """The area that the server takes changes for from this laptop; None: not known."""
    twice: frozenset[str] = frozenset()
    """The fields that this laptop asks for twice."""


def _to_edit(store: Store, kind: type[Record], record_id: str) -> Record | None:
    """Return the record that a form edits: of a merged duplicate, the one that stands for it.

    One that was sent back is corrected itself: else it would stay sent back whatever is done.
    """
    asked = store.get(kind.kind(), record_id)
    if asked is not None and open_note(asked) is not None:
        return asked
    number = store.merges.stands_for(kind.kind(), [record_id])[record_id]
    return store.get(kind.kind(), number)


def base_of(record: Record | None, draft: Draft | None) -> int | None:
    """Return the record's version the operator saw in the form (rule 23); None: a new record.

    A draft keeps the version it was opened with, as a sync may bring values its operator has not
    seen. A draft without one was written before the server had given the record a version.
    """
    if draft is not None:
        return draft.base if record is None else draft.base or 0
    return None if record is None else record.version or 0


def start(store: Store, kind: type[Record], record_id: str | None, operator: str) -> Start:
    """Read what a form starts from.

    It also loads, in this thread, what the first keys need.

    Raises:
        StoreError: the record is not here, or cannot be read.
    """
    kind()  # the first record made prepares all kinds for the database: 50-100 ms
    for field in kind.asked_fields().values():
        if isinstance(field.format, Choice):
            field.format.matching("a")
    record = _to_edit(store, kind, record_id) if record_id else None
    if record_id and record is None:
        raise StoreError(NOT_HERE)
    new = record is None or record.version is None
    refuses = denied(store, kind, new=new, record=record)
    begun, limits = _begun(store, kind), OnlyLimits(store)
    scope, twice = store.pull.state().scope, fields_asked_twice(store.home, kind)
    saved = store.last_saved(_RECENT, operator, kind.kind())
    others = [_texts(kind, one) for one in saved if one.id != record_id]
    last, recent = _repeated(kind, next(iter(others), {})), _recent(kind, others)
    choices = read_choices(store.notes, operator)
    if record is not None:
        label = ", ".join(dict.fromkeys((label_of(store, record), record.label())))
        place: dict[str, Value] = {"district": record.district, "block": record.block}
        found = by_field(store, record.id, kind.form_fields())
        names = _names(store, kind, record.district)
        return Start(
            record,
            place,
            label,
            last,
            recent,
            choices,
            found,
            refuses,
            begun,
            limits,
            names,
            scope,
            twice,
        )
    device = store.device
    place = {"district": device.district, "block": device.block} if device else {}
    names, label = _names(store, kind, device.district if device else 0), f"New {lower(kind.title)}"
    return Start(
        None, place, label, last, recent, choices, {}, refuses, begun, limits, names, scope, twice
    )


def _repeated(kind: type[Record], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a record that another may have as well."""
    fields = kind.asked_fields()
    return {name: text for name, text in texts.items() if not fields[name].own}


def _recent(kind: type[Record], saved: Sequence[Mapping[str, str]]) -> dict[str, Sequence[str]]:
    """Return the texts of the fields with open lists, without repeating any."""
    names = [name for name, field in kind.asked_fields().items() if field.open_list]
    return {name: list(dict.fromkeys(one[name] for one in saved if one[name])) for name in names}


def _names(store: Store, kind: type[Record], district: int) -> NameWords:
    return NameWords(*store.name_words(district)) if kind.person else NameWords()


def _begun(store: Store, kind: type[Record]) -> dict[str, str]:
    """Return the kinds that the form refers to and this laptop's role may create."""
    found: dict[str, str] = {}
    for name in sorted({name for each in kind.references().values() for name in each.kinds}):
        other = kinds()[name]
        if "" not in denied(store, other, new=True):
            verb = other.new_verb or "enter"
            found[name] = f"{verb.capitalize()} a new {lower(other.title)}"
    return found


def _texts(kind: type[Record], record: Record) -> dict[str, str]:
    return {
        name: field.format.edit(record.value(name)) for name, field in kind.asked_fields().items()
    }


def referred(store: Store, among: Sequence[str], typed: str) -> list[Candidate]:
    """Return the records a text could mean, by number or name; without a text, the newest."""
    if read_id(typed):
        record = store.standing_record(typed)
        known = record is not None and record.kind() in among
        return [_candidate(record, sure=True)] if record is not None and known else []
    if not typed:
        newest = [r for kind in among for r in store.page(kind, newest_first=True, limit=9).records]
        return [_candidate(record) for record in newest[:9]]
    hits = store.find(typed, list(among), limit=9)
    alone = len(hits) == 1 and hits[0].score >= _LIKELY
    return [
        Candidate(
            hit.id,
            hit.label,
            sure=hit.strong or alone,
            more=_more(hit.label, _distinguishing(hit)),
        )
        for hit in hits
    ]


def listed(store: Store, field: Field, typed: str, district: Value, beside: str) -> list[Candidate]:
    """Return what a text could mean in a field with an open list, the likeliest first.

    ``beside``: what is entered of the place already.
    """
    here = district if isinstance(district, int) else 0
    found = store.suggest(field.open_list, typed, here, beside=beside)
    return [Candidate(text, text, more=_branch(text)) for text in found]


def _branch(text: str) -> str:
    """Return bank and branch of an IFSC; empty for any other text."""
    known = reference.branch(text)
    return f"{known.bank}, {known.branch}" if known else ""


def _distinguishing(hit: Hit) -> list[str]:
    """Return what tells the record from others of its name: kin and place, if it has them."""
    kind = kinds()[hit.kind]
    fields = [*kind.used(Use.KIN), *kind.used(Use.PLACE)] or list(hit.line)
    return [hit.line[name] for name in fields if name in hit.line]


def _candidate(record: Record, *, sure: bool = False) -> Candidate:
    fields = [*record.used(Use.KIN), *record.used(Use.PLACE)]
    more = [str(record.value(name) or "") for name in fields]
    return Candidate(record.id, record.label(), sure=sure, more=_more(record.label(), more))


def _more(label: str, parts: Iterable[str]) -> str:
    """Return what tells a record apart, without what its label says."""
    return ", ".join(dict.fromkeys(part for part in parts if part and part != label))
