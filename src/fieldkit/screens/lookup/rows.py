"""What the screens say of a record: as :mod:`fieldkit.about` says it, and what is not here."""

from __future__ import annotations

from fieldkit.about.fields import called, in_words
from fieldkit.about.rows import (
    HEADINGS,
    OF_DELETED,
    RecordSource,
    ReferredRecords,
    Row,
    fetch_references,
    headings_of,
    label_of,
    of_deleted,
    row_of,
    shown_value,
)
from fieldkit.about.states import (
    record_words,
    state_words,
    states_in_words,
    words_about,
)
from fieldkit.about.words import value_in_words

__all__ = [
    "HEADINGS",
    "NOT_HERE",
    "OF_DELETED",
    "RecordSource",
    "ReferredRecords",
    "Row",
    "called",
    "fetch_references",
    "headings_of",
    "in_words",
    "label_of",
    "of_deleted",
    "record_words",
    "row_of",
    "shown_value",
    "state_words",
    "states_in_words",
    "value_in_words",
    "words_about",
]

NOT_HERE = "This record is no longer on this laptop: it is in another area now, or was discarded."
