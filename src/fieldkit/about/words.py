"""Numbers and times as people read them.

Records load after the first paint, hence the imports inside functions.
"""

from __future__ import annotations

_NAMES = frozenset({"Aadhaar", "Gram", "Lakhpati", "Mahila", "Udyam"})
"""Words that begin with a capital letter wherever they stand."""


def plural(many: int, thing: str) -> str:
    """Count things in words: "1 change", "1,200 changes"."""
    from fieldkit.records.fields.formats import indian

    return f"{indian(many)} {thing}{'' if many == 1 else 's'}"


def counted(many: int, one: str, several: str) -> str:
    """Count records in words: "1 artisan", "1,200 artisans"."""
    from fieldkit.records.fields.formats import indian

    return f"{indian(many)} {one if many == 1 else several}"


def how_long(seconds: int) -> str:
    """Return a duration in its largest unit: "3 hours", "12 minutes"."""
    size = abs(seconds)
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if size >= length:
            return plural(round(size / length), unit)
    return "less than a minute"


def when_due(days: int) -> str:
    """Return since when something is due, or when it will be: "12 days ago", "in 3 days"."""
    if not days:
        return "today"
    return f"in {plural(-days, 'day')}" if days < 0 else f"{plural(days, 'day')} ago"


def area_words(district: int | None, block: int | None) -> str:
    """Return a district, and a block in it, as people say it: "Block Chadoora, Budgam"."""
    from fieldkit.reference import option

    inside = option("block", block) if block is not None else None
    whole = option("record_district", district) if district is not None else None
    named = (f"Block {inside.label}" if inside else "", whole.label if whole else "")
    return ", ".join(filter(None, named))


def within(label: str) -> str:
    """Return a label as it stands within a sentence: "Formed" as "formed", but not "IFSC"."""
    first = label.partition(" ")[0].rstrip(",")
    small = label[1:2].islower() and first not in _NAMES
    return label[:1].lower() + label[1:] if small else label


def value_in_words(value: object) -> str:
    """Return the value of a field that has no format here."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
