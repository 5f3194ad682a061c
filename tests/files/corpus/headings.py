"""Headings of all kinds: who x whose x style x language, for properties of the import."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

WHO = (
    "applicant",
    "beneficiary",
    "artisan",
    "candidate",
    "trainee",
    "person",
    "member",
)
WHOSE = ("father", "husband", "guardian")
"""Relatives that the field "Father or husband" holds."""
KIN = (*WHOSE, "mother", "spouse", "grandfather", "son", "daughter", "brother")
NOBODY = (
    "Surveyor Name",
    "Name of the VLE",
    "Nominee Name",
    "Name of Bank Manager",
    "Head of Family Name",
    "Verified By",
    "Name of Witness",
    "CSC Operator Name",
)
"""Columns of names that are neither the artisan's nor a relative's."""

_OWN_FORMS = (
    "Name of {who}",
    "Name of the {who}",
    "{who} Name",
    "{who}'s Name",
    "{who}s Name",
    "{who} Full Name",
    "Full Name of {who}",
    "Name ({who})",
    "{who}",
)
_KIN_FORMS = (
    "{kin} Name",
    "{kin}'s Name",
    "{kin}s Name",
    "Name of {kin}",
    "Name of the {kin}",
    "Name ({kin})",
    "{kin}",
)
_KIN_OF_WHO_FORMS = (
    "{who} {kin} Name",
    "{who}'s {kin}'s Name",
    "Name of {who}'s {kin}",
    "Name of {kin} of {who}",
    "Name of the {kin} of the {who}",
    "{kin} of the {who}",
    "{kin} Name of {who}",
)
_OWN_ELSEWHERE = (
    "नाम",
    "आवेदक का नाम",
    "लाभार्थी का नाम",
    "नाम / Name",
    "Name (नाम)",
    "نام",
    "نام / Name",
    "Name as per Aadhaar",
    "Name (as on Aadhaar)",
    "Name",
    "Full Name",
)
_KIN_ELSEWHERE = (
    "पिता का नाम",
    "पति का नाम",
    "पिता/पति का नाम",
    "पिता का नाम / Father's Name",
    "والد کا نام",
    "شوہر کا نام",
    "ولدیت",
    "Parentage",
    "S/o D/o W/o",
    "Father/Husband Name",
    "F/Name",
    "Father Name as per Aadhaar",
)

Style = Callable[[str], str]


def _words(heading: str) -> list[str]:
    bare = re.sub(r"['’]s\b", "", heading)
    return re.findall(r"\w+", bare)


def _camel(heading: str) -> str:
    first, *rest = _words(heading)
    return first.lower() + "".join(word.capitalize() for word in rest)


def _ascii_only(style: Style) -> Style:
    """Keep headings of other scripts as they are: programs do not write them in camel case."""
    return lambda heading: style(heading) if heading.isascii() else heading


_STYLES: tuple[Style, ...] = (
    lambda heading: heading,
    str.upper,
    str.lower,
    lambda heading: heading.replace("'", "’"),
    lambda heading: f" {heading} * ",
    lambda heading: f"{heading} :",
    lambda heading: f"3. {heading}",
    lambda heading: heading.replace(" ", "  "),
    lambda heading: heading.replace(" ", "\n", 1),
    lambda heading: f"({heading})" if "(" not in heading else heading,
    _ascii_only(_camel),
    _ascii_only(lambda heading: "".join(word.capitalize() for word in _words(heading))),
    _ascii_only(lambda heading: "_".join(_words(heading)).lower()),
    _ascii_only(lambda heading: "_".join(_words(heading)).upper()),
    _ascii_only(lambda heading: "-".join(_words(heading)).lower()),
    _ascii_only(lambda heading: "group_ab12c/" + "_".join(_words(heading)).lower()),
    _ascii_only(lambda heading: "details-" + "_".join(_words(heading)).lower()),
)


@dataclass(frozen=True)
class Headings:
    """Headings of one sheet in one style."""

    own: str
    kin: str
    trade: str


def _plain(forms: Sequence[str], kins: Sequence[str]) -> SearchStrategy[str]:
    return st.builds(
        lambda form, who, kin: form.format(who=who.title(), kin=kin.title()),
        st.sampled_from(forms),
        st.sampled_from(WHO),
        st.sampled_from(kins),
    )


def _styled(heading: SearchStrategy[str]) -> SearchStrategy[str]:
    return st.builds(lambda style, text: style(text), st.sampled_from(_STYLES), heading)


PLAIN_OWN = _plain(_OWN_FORMS, KIN)
OWN = _styled(st.one_of(PLAIN_OWN, PLAIN_OWN, st.sampled_from(_OWN_ELSEWHERE)))
"""Headings of the artisan's own name."""
RELATIVE = _styled(
    st.one_of(
        _plain(_KIN_FORMS, WHOSE),
        _plain(_KIN_OF_WHO_FORMS, WHOSE),
        st.sampled_from(_KIN_ELSEWHERE),
    )
)
"""Headings of the name of the father, husband or guardian."""
OTHERS = st.one_of(
    _styled(st.sampled_from(NOBODY)),
    _styled(_plain(_KIN_FORMS, KIN[3:])),
    _styled(_plain(_KIN_OF_WHO_FORMS, KIN[3:])),
)
"""Headings of names that no field takes."""
TWO_OWN = st.lists(st.sampled_from(WHO), min_size=2, max_size=2, unique=True).map(
    lambda whos: (f"Name of {whos[0].title()}", f"{whos[1].title()} Name")
)
