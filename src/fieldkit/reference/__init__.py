"""Shipped facts: places, trades, banks, code lists, names.

They are package data (``data/*.csv``, with their sources in ``data/SOURCES.md``), read at first use
and cached. Importing this package reads no file.
"""

from fieldkit.reference.banks import Branch, bank_of, branch, branches_named
from fieldkit.reference.choices import Option, exact, fold, matching
from fieldkit.reference.footers import Footer, footer
from fieldkit.reference.headings import Role, headings, spelled, words_of
from fieldkit.reference.lists import option, options, sector_of
from fieldkit.reference.names import Name, NameVariant, name_variants, person_names
from fieldkit.reference.places import (
    Village,
    district_of,
    district_of_pincode,
    districts_of,
    division_of,
    divisions,
    localities,
    localities_of,
    pincodes,
    pincodes_of,
)

__all__ = [
    "Branch",
    "Footer",
    "Name",
    "NameVariant",
    "Option",
    "Role",
    "Village",
    "bank_of",
    "branch",
    "branches_named",
    "district_of",
    "district_of_pincode",
    "districts_of",
    "division_of",
    "divisions",
    "exact",
    "fold",
    "footer",
    "headings",
    "localities",
    "localities_of",
    "matching",
    "name_variants",
    "option",
    "options",
    "person_names",
    "pincodes",
    "pincodes_of",
    "sector_of",
    "spelled",
    "words_of",
]
