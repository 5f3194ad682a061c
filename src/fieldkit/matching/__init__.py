"""Say whether two records are of one person, and why. Pure: plain values in, evidence out.

:func:`compare` serves the form, the import, the server's findings and every page that shows
look-alikes; :mod:`~fieldkit.matching.blocking` says by which values candidates are fetched.
"""

from fieldkit.matching.blocking import BLOCKS, JOINED, blocks_of
from fieldkit.matching.compare import compare
from fieldkit.matching.match import Match, Reason
from fieldkit.matching.person import Part, Person, fields_of, person_of

__all__ = [
    "BLOCKS",
    "JOINED",
    "Match",
    "Part",
    "Person",
    "Reason",
    "blocks_of",
    "compare",
    "fields_of",
    "person_of",
]
