"""The baseline: keys that a plain form of the same fields takes.

A plain form shows every field that applies. Tab leaves each of them, filled or not; Tab out of the
last one reaches the button that saves, and Enter presses it and opens the next form. A key is one
key or one chord (a capital letter is one).

- Names, numbers and other texts are typed in full, as they stand on the paper.
- A closed list takes the shortest beginning of a label that no other label of the list has.
- Yes and no take one key each.
- A date takes eight digits, a lone year of birth four.
- Bank and branch take no key but their Tab: even a plain form may fill them from the IFSC.

It offers nothing else: no suggestion, nothing repeated, nothing that follows from another field.
"""

from collections.abc import Iterator, Mapping, Sequence

from benchmarks.keystrokes.people import NEEDED, Wanted, needed, neighbours, people
from fieldkit import reference
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.records.fields.formats import Born, Choice, Date, YesNo

FILLED_BY_IFSC = frozenset({"bank_name", "bank_branch"})
SAVE = 1


def plain_keys(wanted: Wanted, visible: Sequence[str]) -> int:
    """Return the keys of one record in a plain form that shows the fields ``visible``."""
    typed = sum(len(text) for text in _typed(wanted.values, visible))
    return typed + len(visible) + SAVE


def visible_fields(wanted: Wanted) -> Sequence[str]:
    """Return every field of the form that applies to the record."""
    asked = Beneficiary.asked_fields()
    return [name for name, field in asked.items() if field.asked(wanted.values)]


def _typed(values: Mapping[str, Value], visible: Sequence[str]) -> Iterator[str]:
    for name in visible:
        value = values.get(name)
        if value is not None and name not in FILLED_BY_IFSC:
            yield _text(name, value, values)


def _text(name: str, value: Value, values: Mapping[str, Value]) -> str:
    """Return what is typed for a value."""
    form = Beneficiary.asked_fields()[name].format
    if isinstance(form, Choice):
        within = values.get(form.within) if form.within else None
        return shortest_beginning(form.options(within), value)
    if isinstance(form, YesNo):
        return "y" if value else "n"
    if isinstance(form, Born) and isinstance(value, str):
        return value if len(value) == 4 else "".join(reversed(value.split("-")))
    if isinstance(form, Date):
        return "ddmmyyyy"
    return form.edit(value).replace(",", "")


def shortest_beginning(options: Sequence[reference.Option], code: Value) -> str:
    """Return the shortest beginning of an entry's label that no other entry has."""
    own = next(one for one in options if one.code == code).label.casefold()
    others = [one.label.casefold() for one in options if one.code != code]
    lengths = (n for n in range(1, len(own)) if not any(o.startswith(own[:n]) for o in others))
    return own[: next(lengths, len(own))]


def baselines() -> Mapping[str, Sequence[int]]:
    """Return the keys of each artisan, by task."""
    return {
        "needed": [plain_keys(one, NEEDED) for one in needed()],
        "in full": (full := [plain_keys(one, visible_fields(one)) for one in people()]),
        "in full, twice": full,
        "repeat": [plain_keys(one, NEEDED) for one in neighbours()],
    }


if __name__ == "__main__":
    for task, counted in baselines().items():
        print(f"{task:<10} {sum(counted) / len(counted):6.1f} keys a person")
