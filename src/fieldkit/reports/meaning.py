"""What a figure counts, in words, from its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fieldkit.records import Choice, kinds
from fieldkit.reports.declaration.measure import (
    Aged,
    AnyOf,
    AtLeast,
    AtMost,
    Filled,
    Has,
    Measure,
    Not,
    Shared,
    Test,
    Where,
)
from fieldkit.reports.sql.source import field_of

_EXPLAINED = re.compile(r"(?: \(|: ).*$")
"""What a choice says beyond its name."""


def meaning(measure: Measure) -> str:
    """Return which records a measure counts, under which conditions and by which day."""
    kind = kinds()[measure.kind]
    counted = _lower(kind.plural)
    if measure.distinct:
        fields = ", ".join(_lower(_label(measure.kind, path)) for path in measure.distinct)
        counted = f"each {fields} once, of {counted}"
    elif measure.amount:
        counted = f"sum of {_lower(_label(measure.kind, measure.amount))} over {counted}"
    parts = [counted]
    if conditions := list(_conditions(measure.kind, measure.where)):
        parts.append(f" with {'; '.join(conditions)}")
    if measure.dates:
        days = ", else ".join(_label(measure.kind, path) for path in measure.dates)
        parts.append(f"; by the day of: {days}")
    text = "".join(parts)
    return f"{text}. {measure.definition}" if measure.definition else f"{text}."


def _conditions(kind: str, where: Where) -> Iterator[str]:
    for path, test in where.items():
        if isinstance(test, AnyOf):
            yield " or ".join(", ".join(_conditions(kind, one)) for one in test.sets)
        else:
            yield _condition(kind, path, test)


def _condition(kind: str, path: str, test: Test) -> str:
    if isinstance(test, Has):
        other = _lower(kinds()[test.kind].title)
        return f"{'no' if test.lacks else 'a'} record of {other}"
    if isinstance(test, Shared):
        fields = ", ".join(_lower(_label(kind, one)) for one in test.fields)
        return f"the same {fields} as another"
    return f"{_lower(_label(kind, path))}: {_range(test) or _values(kind, path, test)}"


def _range(test: Test) -> str:
    if isinstance(test, AtLeast):
        return f"{test.least} or more"
    if isinstance(test, AtMost):
        return f"{test.most} or less"
    if isinstance(test, Aged):
        until = f" to {test.most}" if test.most is not None else " or more"
        return f"{test.least}{until} days ago"
    return "given" if isinstance(test, Filled) else "" if test is not None else "not given"


def _values(kind: str, path: str, test: Test) -> str:
    if isinstance(test, Not):
        return f"not {_list(kind, path, test.values)}"
    values = test if isinstance(test, tuple) else (test,)
    lifecycle = kinds()[kind].lifecycle
    if lifecycle and lifecycle.field == path and len(values) > 1:
        step = lifecycle.step(str(values[0]))
        if step and lifecycle.reached(step) == values:
            return f"{_show(kind, path, values[0])} or later"
    return _list(kind, path, values)


def _list(kind: str, path: str, values: tuple[object, ...]) -> str:
    *first, last = (_show(kind, path, value) for value in values)
    return f"{', '.join(first)} or {last}" if first else last


def _show(kind: str, path: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    try:
        form = field_of(kind, path).format
    except KeyError:
        return str(value)
    if not isinstance(form, Choice):
        return str(value)
    return _EXPLAINED.sub("", form.show(str(value)))


def _label(kind: str, path: str) -> str:
    try:
        return field_of(kind, path).label
    except KeyError:
        return path.replace("_", " ")


def _lower(text: str) -> str:
    """Return a label as it stands within a sentence; abbreviations stay."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
